// Mutated YAML files and overrides: a typed error or success, never slow, nothing outside the search path opened.
import fs, { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { compose, resolveConfig } from "../../src/config/composition/compose.ts";
import { ConfigStore } from "../../src/config/composition/config-store.ts";
import { SHIPPED_CONFIGS } from "../../src/config/composition/shipped.ts";
import { expandSweep } from "../../src/config/sweeps/sweep.ts";
import { writeYaml } from "../../src/config/yaml/yaml-writer.ts";
import { ClassifierTrainingError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";

/** 100,000 is the full count. */
const ROUNDS = Number(process.env.CONFIG_FUZZ_ROUNDS ?? 1500);
const SLOWEST_MS = 100;

const random = new RandomStream(1, "config fuzz");
const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;

const TOKENS: readonly string[] = [
  "${",
  "}",
  "${a}",
  "${..b}",
  "${oc.env:HOME}",
  "${cat:",
  "'",
  '"',
  "\\",
  ":",
  ": ",
  "- ",
  "\n",
  "  ",
  "[",
  "]",
  "{",
  "}",
  ",",
  "&x ",
  "*x",
  "<<: ",
  "!!int ",
  "!!python/object ",
  "~",
  "null",
  "???",
  "1e3",
  "0x",
  ".inf",
  "#",
  "# @package _global_\n",
  "defaults:\n",
  "- _self_\n",
  "- override /model: x\n",
  "- ../../etc: passwd\n",
  "- /../secret\n",
  "__proto__",
  "constructor",
  "prototype",
  "=",
  "+",
  "++",
  "@",
  "choice(1,2)",
  "range(0,1e9)",
  "glob(*)",
  "int(",
  ")",
  "\0",
  "é",
  "\u2028",
  "x".repeat(300),
  "a.".repeat(60),
  "[".repeat(80),
  "${".repeat(40),
  "*".repeat(30),
  "- ? ",
  "? ",
  "| ",
  "> ",
  "%YAML 1.1\n",
  "---\n",
  "...\n",
  "\t",
];

const SEEDS: readonly string[] = [
  ...readdirSync(SHIPPED_CONFIGS.path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => readFileSync(join(SHIPPED_CONFIGS.path, name), "utf8")),
  "a: &x {b: [1, 2]}\nc: *x\nd:\n  <<: *x\n  e: ${a.b[0]}\nf: ${oc.select:g,'${a.b}'}\n",
];

const OVERRIDES: readonly string[] = [
  "seed=1",
  "model=resnet50",
  "model.learning_rate=1e-3",
  "+x.y={a:1,b:[2,'c']}",
  "~callbacks.early_stopping",
  "++a.b=${seed}",
  "data.sampler={mode:auto}",
  "seed=1,2,3",
  "seed=range(1,5)",
  "model=glob(resnet*)",
  "model@alt=resnet18",
  "trainer.max_epochs=int(3.5)",
  "seed=tag(a,choice(1,2))",
  "a='it\\'s'",
  "experiment=jersey_numbers",
  "hydra.run.dir=x",
];

function mutate(text: string): string {
  let mutated = text;
  for (let i = 1 + random.integer(4); i > 0; i--) {
    const at = random.integer(mutated.length + 1);
    const length = random.integer(4) === 0 ? random.integer(40) : random.integer(3);
    mutated =
      mutated.slice(0, at) + (random.integer(3) === 0 ? "" : pick(TOKENS)) + mutated.slice(at + length);
  }
  return mutated;
}

const scratch = mkdtempSync(join(tmpdir(), "config-fuzz-"));
const folder = join(scratch, "conf");
mkdirSync(folder);
writeFileSync(join(scratch, "secret.yaml"), "secret: 1\n");
afterAll(() => rmSync(scratch, { recursive: true }));

it(`${ROUNDS} mutations of YAML files and overrides`, { timeout: 1_800_000 }, () => {
  const allowed = [folder, SHIPPED_CONFIGS.path];
  const opened = new Set<string>();
  const original = fs.readFileSync;
  fs.readFileSync = ((path: string, ...rest: []) => {
    opened.add(String(path));
    return original(path, ...rest);
  }) as typeof fs.readFileSync;
  syncBuiltinESMExports();
  const prototype = Reflect.ownKeys(Object.prototype).length;
  const slow: string[] = [];
  let [succeeded, refused] = [0, 0];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const yaml = mutate(pick(SEEDS));
      const overrides = Array.from({ length: random.integer(3) }, () => mutate(pick(OVERRIDES)));
      writeFileSync(join(folder, "fuzzed.yaml"), yaml);
      const start = process.cpuUsage();
      try {
        run(round, overrides);
        succeeded++;
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError))
          throw new Error(JSON.stringify({ yaml, overrides }), { cause: error });
        refused++;
      }
      if (milliseconds(start) <= SLOWEST_MS) continue;
      const again = fastestOf(3, () => run(round, overrides));
      if (again > SLOWEST_MS) slow.push(`${again.toFixed(0)} ms: ${JSON.stringify({ yaml, overrides })}`);
    }
  } finally {
    fs.readFileSync = original;
    syncBuiltinESMExports();
  }
  console.log(
    `fuzz: ${ROUNDS} rounds, ${succeeded} composed, ${refused} refused, ${slow.length} over ${SLOWEST_MS} ms`,
  );
  expect(Reflect.ownKeys(Object.prototype).length).toBe(prototype);
  expect([...opened].filter((path) => !allowed.some((root) => path.startsWith(`${root}/`)))).toStrictEqual(
    [],
  );
  expect(opened.size).toBeGreaterThan(5);
  expect(succeeded).toBeGreaterThan(ROUNDS / 100);
  expect(slow).toStrictEqual([]);
});

/** Processor time since `start`: other programs on the machine do not count. */
function milliseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** What a slow round takes when neither compilation nor garbage collection falls into it. */
function fastestOf(times: number, work: () => void): number {
  const taken = Array.from({ length: times }, () => {
    const start = process.cpuUsage();
    try {
      work();
    } catch {
      // Whether it composes was seen before.
    }
    return milliseconds(start);
  });
  return Math.min(...taken);
}

function run(round: number, overrides: readonly string[]): void {
  const primary = round % 2 === 0 ? "fuzzed" : "train";
  const composition = compose({
    searchPath: [folder, SHIPPED_CONFIGS],
    configName: primary,
    overrides,
    store: new ConfigStore(),
    environment: {},
  });
  writeYaml(resolveConfig(composition));
  expandSweep({ overrides, options: (group) => composition.repository.options(group) });
}
