// What hydra.utils.instantiate of hydra-core 1.3 builds: order, nesting, partials, conversion modes, errors.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ComponentRegistry } from "../../src/config/components/component-registry.ts";
import { instantiate, type PartialComponent } from "../../src/config/components/instantiate.ts";
import { readYaml } from "../../src/config/yaml/yaml-reader.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

interface Case {
  readonly id: string;
  readonly yaml: string;
  readonly select?: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly expect: {
    readonly value?: unknown;
    readonly error?: { readonly class: string; readonly message: string };
  };
}

const { cases } = JSON.parse(
  readFileSync(new URL("../golden/config/instantiate.json", import.meta.url), "utf8"),
) as { cases: Case[] };

/** An object that remembers how it was built. */
class Recorded {
  constructor(
    readonly target: string,
    readonly args: readonly unknown[],
    readonly kwargs: Readonly<Record<string, unknown>>,
  ) {}
}

const registry = new ComponentRegistry();
const recorded = (name: string, result = name): void => {
  registry.add({ name, schema: undefined, create: (args, kwargs) => new Recorded(result, args, kwargs) });
};
for (const name of ["rec.A", "rec.B", "rec.C", "rec.sub.D", "rec.fn", "rec.B.build"]) recorded(name);
recorded("rec.B.make", "rec.C");
registry.add({
  name: "rec.fail",
  schema: undefined,
  create: () => {
    throw new Error("boom");
  },
});
registry.add({
  name: "rec.add",
  schema: undefined,
  create: ([a, b], kwargs) => Number(a ?? kwargs.a) + Number(b ?? kwargs.b ?? 1),
});

describe("golden instantiate", () => {
  for (const testCase of cases) {
    it(testCase.id, async () => {
      const run = instantiate(readYaml(testCase.yaml, "case.yaml"), {
        registry,
        key: testCase.select ?? "",
        args: testCase.args ?? [],
        overrides: testCase.kwargs ?? {},
      });
      if (testCase.expect.error !== undefined) {
        const error: unknown = await run.then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error, testCase.expect.error.message).toBeInstanceOf(ClassifierTrainingError);
        expect((error as ClassifierTrainingError).code).toMatch(
          /^(?:INSTANTIATE|INTERPOLATION|CONFIG|RESOLVER|YAML)/,
        );
      } else {
        expect(encode(await run)).toStrictEqual(withOrder(testCase.expect.value));
      }
    });
  }
});

function encode(value: unknown): unknown {
  if (value instanceof Recorded)
    return { "@call": value.target, args: value.args.map(encode), kwargs: pairs(value.kwargs) };
  if (typeof value === "function") {
    const { target, args, options } = value as PartialComponent;
    return { "@partial": target, args: args.map(encode), kwargs: pairs(options) };
  }
  if (Array.isArray(value)) return { [Object.isFrozen(value) ? "@ListConfig" : "@list"]: value.map(encode) };
  if (typeof value === "object" && value !== null) {
    return { [Object.isFrozen(value) ? "@DictConfig" : "@dict"]: pairs(value as Record<string, unknown>) };
  }
  return value;
}

const pairs = (object: Readonly<Record<string, unknown>>): unknown[] =>
  Object.entries(object).map(([key, value]) => [key, encode(value)]);

/** The expected encoding with mappings as lists of pairs, so that key order counts. */
function withOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      const isMapping = key === "kwargs" || key === "@DictConfig" || key === "@dict";
      if (!isMapping) return [key, withOrder(child)];
      return [key, Object.entries(child as object).map(([name, item]) => [name, withOrder(item)])];
    }),
  );
}
