import { expect, test } from "vitest";
import { parseOverrides } from "../../config/index.ts";
import { gridPoints } from "../samplers/grid-sampler.ts";
import { countPoints, readSpace } from "./read-space.ts";

const read = (...overrides: string[]) =>
  readSpace(parseOverrides(overrides), () => ["resnet18", "resnet34", "vgg11"]);

test("reads Hydra's choices, ranges and intervals; what is fixed is left out", () => {
  const { space } = read(
    "data.root=photos",
    "model=choice(resnet18,resnet34)",
    "optimizer=adamw,sgd",
    "model.learning_rate=tag(log,interval(1e-5,1e-2))",
    "data.batch_size=int(tag(log,interval(8,64)))",
    "+trainer.depth=range(1,5)",
    "model.drop_rate=range(0,0.5,0.1)",
    "+extra=glob(resnet*)",
  );
  const bounds = { log: false, step: undefined, integer: false, condition: undefined };
  expect(space).toEqual([
    { kind: "choice", name: "model", choices: ["resnet18", "resnet34"], condition: undefined },
    { kind: "choice", name: "optimizer", choices: ["adamw", "sgd"], condition: undefined },
    { kind: "number", name: "model.learning_rate", ...bounds, low: 1e-5, high: 1e-2, log: true },
    {
      kind: "number",
      name: "data.batch_size",
      ...bounds,
      low: 8,
      high: 64,
      log: true,
      step: 1,
      integer: true,
    },
    { kind: "number", name: "+trainer.depth", ...bounds, low: 1, high: 4, step: 1, integer: true },
    { kind: "number", name: "model.drop_rate", ...bounds, low: 0, high: 0.4, step: 0.1 },
    { kind: "choice", name: "+extra", choices: ["resnet18", "resnet34"], condition: undefined },
  ]);
});

test("a later override of the same key counts, fixed or not", () => {
  expect(read("seed=1,2", "seed=3").space).toEqual([]);
  expect(read("seed=1,2", "seed=3,4,5").space).toMatchObject([{ choices: ["3", "4", "5"] }]);
});

test("a condition is an override in a tag, and orders the space", () => {
  const { space, overrides } = read(
    'model.drop_rate=tag("model=resnet34,vgg11",range(0,0.3,0.1))',
    "model=resnet18,resnet34,vgg11",
    "name='a b',c",
  );
  expect(space.map(({ name }) => name)).toEqual(["model", "name", "model.drop_rate"]);
  expect(space[2]!.condition).toEqual({ parameter: "model", values: ["resnet34", "vgg11"] });
  expect(countPoints(space)).toBe(2 + 2 * 2 * 3);
  expect([...gridPoints(space)].map(overrides).map((words) => words.join(" "))).toEqual(
    expect.arrayContaining([
      "model=resnet18 name='a b'",
      "model=vgg11 name=c model.drop_rate=0.2",
      "model=vgg11 name=c model.drop_rate=0.0",
    ]),
  );
  expect(countPoints(read("x=interval(0,1)").space)).toBe(Number.POSITIVE_INFINITY);
});

test("numbers are written as their kind", () => {
  const { overrides } = read("a=interval(0,1)", "b=int(interval(0,9))", "c=tag(log,interval(1e-9,1))");
  expect(overrides({ a: 1, b: 3, c: 1e-7 })).toEqual(["a=1.0", "b=3", "c=1e-07"]);
});

test.each([
  ["a=interval(2,1)", /nothing between 2 and 1/],
  ["a=tag(log,interval(0,1))", /no logarithm/],
  ["a=tag(log,choice(1,2))", /no logarithm/],
  ["a=tag(lg,interval(1,2))", /"lg" says nothing/],
  ['a=tag("b=1",interval(1,2))', /nothing is chosen for b/],
  ['a=tag("a=1",choice(1,2))', /depends on itself/],
  ["a=range(3,3)", /no values/],
])("refuses %s in one line", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("a condition that never holds is told", () => {
  expect(() => read("model=a,b", 'x=tag("model=c",interval(0,1))')).toThrow(/model is never c/);
});
