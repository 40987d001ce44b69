// The composed configurations of hydra-core 1.3 and omegaconf 2.3: same data, types, order, YAML, and kinds of error.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compose, missingKeys, resolveConfig } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import type { Resolver } from "../../src/config/interpolations/interpolation.ts";
import { pythonText, pythonType } from "../../src/config/interpolations/python-text.ts";
import { type ConfigNode, type Key, scalar, stringNode } from "../../src/config/node.ts";
import { writeYaml } from "../../src/config/yaml/yaml-writer.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";

interface Failure {
  readonly class: string;
  readonly message: string;
  readonly cause?: { readonly class: string };
}

interface Types {
  readonly "@floats"?: readonly string[];
  readonly "@keys"?: readonly unknown[];
}

interface Case {
  readonly id: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly store?: readonly { group?: string; name: string; node: unknown; package?: string }[];
  readonly env?: Readonly<Record<string, string>>;
  readonly config_name?: string | null;
  readonly overrides?: readonly string[];
  readonly expect: {
    readonly unresolved?: unknown;
    readonly unresolved_types?: Types;
    readonly resolved?: unknown;
    readonly resolved_types?: Types;
    readonly yaml?: string;
    readonly missing_keys?: readonly string[];
    readonly error?: Failure;
    readonly resolved_error?: Failure;
  };
}

const { cases } = JSON.parse(
  readFileSync(new URL("../golden/config/compose.json", import.meta.url), "utf8"),
) as {
  cases: Case[];
};

/** Our codes for each class of error of the reference. */
const CODES: Readonly<Record<string, RegExp>> = {
  OverrideParseException: /^OVERRIDE_/,
  HydraException: /^(?:OVERRIDE_|CONFIG_)/,
  MissingConfigException: /^CONFIG_(?:NOT_FOUND|PATH_REFUSED)$/,
  ConfigCompositionException: /^(?:CONFIG_|INTERPOLATION_|YAML_)/,
  ValueError: /^(?:CONFIG_|YAML_)/,
  InterpolationKeyError: /^INTERPOLATION_KEY$/,
  InterpolationToMissingValueError: /^INTERPOLATION_MISSING_VALUE$/,
  InterpolationResolutionError: /^INTERPOLATION_/,
  UnsupportedInterpolationType: /^RESOLVER_UNKNOWN$/,
  GrammarParseError: /^INTERPOLATION_SYNTAX$/,
};

const scratch = mkdtempSync(join(tmpdir(), "compose-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("golden compose", () => {
  for (const testCase of cases) {
    it(testCase.id, () => {
      const { expect: wanted } = testCase;
      if (wanted.error !== undefined) return expectError(() => composeCase(testCase), wanted.error);
      const composition = composeCase(testCase);
      expect(ordered(composition.config)).toStrictEqual(orderedPlain(wanted.unresolved));
      expect(floatsOf(composition.config)).toStrictEqual([...(wanted.unresolved_types?.["@floats"] ?? [])]);
      if (wanted.yaml !== undefined) expect(writeYaml(composition.config)).toBe(wanted.yaml);
      if (wanted.missing_keys !== undefined) {
        expect(missingKeys(composition.config).sort()).toStrictEqual([...wanted.missing_keys].sort());
      }
      if (wanted.resolved_error !== undefined)
        return expectError(() => resolveConfig(composition), wanted.resolved_error);
      const resolved = resolveConfig(composition);
      expect(ordered(resolved)).toStrictEqual(orderedPlain(wanted.resolved));
      expect(floatsOf(resolved)).toStrictEqual([...(wanted.resolved_types?.["@floats"] ?? [])]);
    });
  }
});

function composeCase(testCase: Case): ReturnType<typeof compose> {
  const root = join(scratch, testCase.id);
  mkdirSync(root, { recursive: true });
  for (const [path, text] of Object.entries(testCase.files ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const store = new ConfigStore();
  for (const entry of testCase.store ?? []) store.store(entry);
  return compose({
    searchPath: [root],
    configName: testCase.config_name ?? undefined,
    overrides: testCase.overrides ?? [],
    store,
    environment: testCase.env ?? {},
    resolvers: RESOLVERS,
  });
}

const RESOLVERS: ReadonlyMap<string, Resolver> = new Map<string, Resolver>([
  [
    "mul",
    ([a, b]) => {
      const isFloat = [a, b].some((node) => node?.kind === "scalar" && node.type === "float");
      const [x, y] = [a, b].map((node) => Number(node?.kind === "scalar" ? node.value : Number.NaN));
      return scalar(isFloat ? "float" : "int", (x ?? 0) * (y ?? 0));
    },
  ],
  ["cat", (args) => stringNode(args.map(pythonText).join("|"))],
  [
    "typeof",
    ([value]) => {
      if (value === undefined) throw new TypeError("an argument is missing");
      // What was written in the call has no origin; what it refers to has, and is a config container in Python.
      if (value.kind === "scalar" || value.origins.length === 0) return stringNode(pythonType(value));
      return stringNode(value.kind === "map" ? "DictConfig" : "ListConfig");
    },
  ],
  [
    "len",
    ([value]) => {
      if (value?.kind === "map") return value.entries.size;
      if (value?.kind === "list") return value.items.length;
      if (value?.kind === "scalar" && value.type === "str") return String(value.value).length;
      throw new TypeError("object has no len()");
    },
  ],
  [
    "dflt",
    ([a, b]) =>
      stringNode(`${a === undefined ? "A" : pythonText(a)}${b === undefined ? "B" : pythonText(b)}`),
  ],
]);

function expectError(run: () => unknown, wanted: Failure): void {
  let caught: unknown;
  try {
    run();
  } catch (error) {
    caught = error;
  }
  expect(caught, wanted.message).toBeInstanceOf(ClassifierTrainingError);
  const { code, kind } = caught as ClassifierTrainingError;
  expect(kind).toBe("usage");
  expect(code).toMatch(CODES[wanted.class] ?? /^(?:CONFIG_|INTERPOLATION_|OVERRIDE_|YAML_|RESOLVER_)/);
}

/** A node as plain data whose key order counts. */
function ordered(node: ConfigNode): unknown {
  if (node.kind === "list") return node.items.map(ordered);
  if (node.kind === "map")
    return { pairs: [...node.entries].map(([key, child]) => [pythonKey(key), ordered(child)]) };
  if (typeof node.value === "number" && !Number.isFinite(node.value)) {
    return Number.isNaN(node.value) ? "nan" : node.value > 0 ? "inf" : "-inf";
  }
  return node.value;
}

const pythonKey = (key: Key): string => (typeof key === "boolean" ? (key ? "true" : "false") : String(key));

function orderedPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(orderedPlain);
  if (typeof value === "object" && value !== null) {
    return { pairs: Object.entries(value).map(([key, child]) => [key, orderedPlain(child)]) };
  }
  return value;
}

function floatsOf(node: ConfigNode, path: readonly string[] = []): string[] {
  if (node.kind === "scalar") return node.type === "float" ? [path.join("/")] : [];
  const children = node.kind === "map" ? [...node.entries] : [...node.items.entries()];
  return children.flatMap(([key, child]) => floatsOf(child, [...path, pythonKey(key)]));
}
