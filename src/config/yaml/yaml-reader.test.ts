import { describe, expect, it } from "vitest";
import { ClassifierTrainingError } from "../../core/errors.ts";
import { childOf, fromPlain, toPlain } from "../node.ts";
import { readYaml } from "./yaml-reader.ts";
import { writeYaml } from "./yaml-writer.ts";

describe("plain scalars are those of YAML 1.1", () => {
  it.each([
    ["yes", true],
    ["off", false],
    ["y", "y"],
    ["010", 8],
    ["08", "08"],
    ["0o10", "0o10"],
    ["0b11", 3],
    ["1_000", 1000],
    ["12:30:00", 45000],
    ["1:2", 62],
    ["1e3", 1000],
    ["1.", 1],
    [".inf", Number.POSITIVE_INFINITY],
    ["NaN", "NaN"],
    ["nulL", "nulL"],
    ["~", null],
    ["2024-01-02", "2024-01-02"],
    ["'1'", "1"],
    ["123456789012345678901234567890", 123456789012345678901234567890n],
    ["!!str 1", "1"],
    ["!!int '0x10'", 16],
  ])("%s", (text, value) => {
    expect(toPlain(childOf(readYaml(`a: ${text}`, "x.yaml"), "a") ?? fromPlain(undefined))).toBe(value);
  });
});

describe("errors name file, line and column", () => {
  it.each([
    ["a: 1\na: 2\n", "x.yaml:2:1"],
    ["a: [1\nb: 2\n", "x.yaml:2:1"],
    ["a:\n  - !!python/object:os.system x\n", "x.yaml:2:31"],
    ["a: *none\n", "x.yaml:1:4"],
    ["a: &x [*x]\n", "x.yaml:1:8"],
    ["just text\n", "x.yaml:1:1"],
    ["a: 1\n---\nb: 2\n", "x.yaml:2:1"],
    ["{[1]: 2}\n", "x.yaml:1:2"],
  ])("%j", (text, where) => {
    expect(() => readYaml(text, "x.yaml")).toThrow(ClassifierTrainingError);
    try {
      readYaml(text, "x.yaml");
    } catch (error) {
      expect((error as ClassifierTrainingError).where).toBe(where);
    }
  });
});

it("merge keys come first and give way to the mapping's own", () => {
  const node = readYaml("base: &b {x: 1, y: 2}\na:\n  y: 3\n  <<: *b\n", "x.yaml");
  expect(JSON.stringify(toPlain(node))).toBe('{"base":{"x":1,"y":2},"a":{"x":1,"y":3}}');
});

it("refuses alias bombs and deep nesting", () => {
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]", ..."bcdefghi"].reduce((text, name, i) => {
    const previous = "abcdefghi"[i - 1];
    return `${text}\n${name}: &${name} [${Array(9).fill(`*${previous}`).join(",")}]`;
  });
  expect(() => readYaml(bomb, "x.yaml")).toThrow(/more than/);
  expect(() => readYaml("[".repeat(5000), "x.yaml")).toThrow(/nested deeper/);
});

it("what is written is read again", () => {
  const texts = [
    "",
    "yes",
    "1",
    "1e3",
    "a: b",
    "- a",
    "it's",
    "é",
    "tab\t",
    "two\nlines\n\n",
    " lead",
    "#x",
    "${a}",
    "\u0001",
    "=",
    "<<",
    "null",
    "012",
  ];
  const node = fromPlain({
    texts,
    nested: [[1, [2.5, []]], {}, { "a b": null, "1": true }],
    long: "word ".repeat(60),
  });
  expect(toPlain(readYaml(writeYaml(node), "x.yaml"))).toStrictEqual(toPlain(node));
});
