// What a second process costs the first: steps of one process and of two, in turn, each on a core of its own: `npm run bench:processes`.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Steps } from "./processes/step.ts";

/** Rounds of all, in turn. */
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** Steps that are measured in each, behind two that are not. */
const STEPS = Number(process.env.STEPS ?? 6);
const SIZE = Number(process.env.SIZE ?? 224);
const BATCH = Number(process.env.BATCH ?? 16);
/** Processors: the first is that of the process alone. */
const PROCESSORS = (process.env.PROCESSORS ?? "0,1").split(",");
/** Networks, and what a process of two is to do of what one alone does. */
const SUBJECTS: Readonly<Record<string, number>> = { resnet18: 0.92, resnet50: 0.95 };

/** `alone`: one. `beside`: two that know nothing of each other. `together`: they train, and sum while they compute. `behind`: they sum behind that. */
type Mode = "alone" | "beside" | "together" | "behind";
const MODES: readonly Mode[] = ["alone", "beside", "together", "behind"];

interface Figures {
  readonly ms_per_step: number;
  readonly waited_ms_per_step: number;
}

const environment = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_hwloc_base_binding_policy: "none",
  NO_COLOR: "1",
};

function run(model: string, mode: Mode): Figures {
  const words = [`model=${model}`, `size=${SIZE}`, `batch=${BATCH}`, "threads=1", `steps=${STEPS}`];
  const program = [process.execPath, "--import", "tsx", join(import.meta.dirname, "processes/step.ts")];
  const processors = mode === "alone" ? PROCESSORS.slice(0, 1) : PROCESSORS;
  const processes = processors.flatMap((processor, i) => [
    ...(i === 0 ? [] : [":"]),
    ...["-n", "1", "taskset", "-c", processor, ...program, mode, ...words],
  ]);
  const printed = execFileSync("mpirun", processes, { env: environment, encoding: "utf8" });
  const all = JSON.parse(printed) as Steps[];
  return {
    ms_per_step: median(all.flatMap(({ milliseconds }) => milliseconds)),
    waited_ms_per_step: median(all.flatMap(({ waited }) => waited)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const results: Record<string, unknown> = {};
for (const model of process.argv[2]?.split(",") ?? Object.keys(SUBJECTS)) {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const round = Object.fromEntries(MODES.map((mode) => [mode, run(model, mode)])) as Record<Mode, Figures>;
    console.log(
      model,
      MODES.map((mode) => {
        const { ms_per_step: step, waited_ms_per_step: waited } = round[mode];
        return `${mode} ${step.toFixed(0)} ms${waited > 0 ? ` (${((100 * waited) / step).toFixed(1)} % waiting)` : ""}`;
      }).join(", "),
    );
    return round;
  });
  const ratio = (mode: Mode, to: Mode): number =>
    median(rounds.map((round) => round[to].ms_per_step / round[mode].ms_per_step));
  const efficiency = {
    together: ratio("together", "alone"),
    behind: ratio("behind", "alone"),
    beside: ratio("beside", "alone"),
    together_to_beside: ratio("together", "beside"),
  };
  const wanted = SUBJECTS[model];
  console.log(
    `${model}: efficiency ${efficiency.together.toFixed(3)}${wanted === undefined ? "" : ` (wanted: ${wanted})`}; summed behind the backward pass ${efficiency.behind.toFixed(3)}; of processes that know nothing of each other ${efficiency.beside.toFixed(3)}, and of these ${efficiency.together_to_beside.toFixed(3)}`,
  );
  results[model] = { efficiency, rounds };
}

const date = new Date().toISOString().slice(0, 10);
const folder = process.env.RESULTS ?? join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const machine = { processor: cpus()[0]?.model, processors: cpus().length, node: process.version };
const content = { date, machine, size: SIZE, batch: BATCH, steps: STEPS, rounds: ROUNDS, results };
writeFileSync(join(folder, `${date}-processes.json`), `${JSON.stringify(content, null, 2)}\n`);
