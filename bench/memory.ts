// What a training step's memory holds where it is fullest: `npm run bench:memory -- model=efficientnet_b0`.
import { cpus } from "node:os";
import { bindBatch } from "../src/graph/index.ts";
import { AdamW } from "../src/optim/index.ts";
import { choiceFile } from "../src/runtime/onednn/choice-file.ts";
import { startTeam } from "../src/runtime/onednn/compute/start-team.ts";
import { Engine, loadLibrary } from "../src/runtime/onednn/ffi/index.ts";
import { type Plan, planProgram } from "../src/runtime/onednn/lower/plan-program.ts";
import { Arena } from "../src/runtime/onednn/plan/arena.ts";
import { ConvolutionChooser } from "../src/runtime/onednn/plan/convolution-choice.ts";
import type { Step } from "../src/runtime/onednn/plan/step.ts";
import type { Region } from "../src/runtime/onednn/plan/tensor.ts";
import { VariableStore } from "../src/runtime/onednn/plan/variable-store.ts";
import { accumulateProgram } from "../src/train/engine/programs.ts";
import { layoutState } from "../src/train/engine/state-layout.ts";
import { modelOf, parseWorkload, syntheticBatch, type Workload } from "./workload.ts";

const MEBIBYTE = 2 ** 20;
/** Rows of each table. */
const ROWS = 25;

/** A piece of memory, and the steps that use it first and last. */
interface Life {
  readonly bytes: number;
  readonly first: number;
  last: number;
}

async function planOf(workload: Workload): Promise<Plan> {
  const { threads, algorithm, precision, batch } = workload;
  const library = await loadLibrary();
  const isSet = library.setThreads(threads);
  const model = modelOf(workload);
  const layout = layoutState(model.network, { optimizer: new AdamW() });
  const { images, labels } = syntheticBatch(workload);
  const program = accumulateProgram(model, layout, { images, labels }, { accumulate: 1, first: true });
  const machine = `${cpus()[0]?.model}; ${threads} threads`;
  const arena = new Arena(library);
  const store = new VariableStore(library, arena, layout.storages);
  const chooser = new ConvolutionChooser(library, arena, algorithm, machine, choiceFile());
  const bound = bindBatch(program, batch);
  const team = { library, threads, precision, chooser, arena };
  return planProgram(bound, {
    engine: new Engine(library),
    store,
    precision,
    chooser,
    winograd: isSet ? await startTeam(bound, team) : undefined,
    shared: undefined,
    arena,
  });
}

function livesOf(steps: readonly Step[]): Life[] {
  const lives = new Map<Region, Life>();
  for (const [i, { reads, writes, scratch }] of steps.entries()) {
    for (const region of [...reads, ...writes, ...(scratch === undefined ? [] : [scratch])]) {
      if (region.fixed !== undefined) continue;
      const life = lives.get(region);
      if (life === undefined) lives.set(region, { bytes: region.bytes, first: i, last: i });
      else life.last = i;
    }
  }
  return [...lives.values()];
}

const sum = (lives: readonly Life[]): number => lives.reduce((bytes, life) => bytes + life.bytes, 0);
const mebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(1).padStart(8)} MiB`;
/** The kind of work that a step's label begins with. */
const kindOf = ({ label }: Step): string => label.replace(/ of .*| ?%\d+.*|\[.*?\] ?/g, "").trim();

const workload = parseWorkload(process.argv.slice(2));
const { steps, memory } = await planOf(workload);
const lives = livesOf(steps);
const heldAt = (step: number): Life[] => lives.filter(({ first, last }) => first <= step && step <= last);
const totals = steps.map((_, step) => sum(heldAt(step)));
const fullest = totals.indexOf(Math.max(...totals));
const held = heldAt(fullest).sort((a, b) => b.bytes - a.bytes);
const { label, scope } = steps[fullest]!;
console.log(
  `${workload.model} ${workload.size} px, batch ${workload.batch}, ${workload.precision}: ${mebibytes(memory.bytes).trim()}`,
);
console.log(
  `fullest at step ${fullest} of ${steps.length}, ${label} at ${scope}: ${mebibytes(sum(held)).trim()}`,
);

const kinds = new Map<string, Life[]>();
for (const life of held) {
  const kind = `${kindOf(steps[life.first]!)} -> ${kindOf(steps[life.last]!)}`;
  kinds.set(kind, [...(kinds.get(kind) ?? []), life]);
}
console.log("\nby what first and last uses it");
for (const [kind, alike] of [...kinds].sort(([, a], [, b]) => sum(b) - sum(a)).slice(0, ROWS)) {
  console.log(`${mebibytes(sum(alike))} ${String(alike.length).padStart(5)}  ${kind}`);
}
console.log("\nthe largest");
for (const { bytes, first, last } of held.slice(0, ROWS)) {
  console.log(`${mebibytes(bytes)}  ${steps[first]!.label} at ${steps[first]!.scope}`);
  console.log(`${" ".repeat(12)}  -> ${steps[last]!.label} at ${steps[last]!.scope}`);
}
process.exit(0);
