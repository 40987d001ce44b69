// Each distinct convolution of a model, all directions: `npm run bench:ops -- model=resnet50`; with `runtime=webgpu`
// every kernel, beside what the adapter reaches at most.
import { type MeasuredStep, profileStep } from "./breakdown.ts";
import { measurePeak, type Peak } from "./gpu/peak.ts";
import { parseWorkload } from "./workload.ts";

const DIRECTIONS = ["conv2d", "conv2dInputGrad", "conv2dWeightGrad"] as const;

interface Row {
  readonly work: string;
  count: number;
  milliseconds: number;
  flops: number;
  traffic: number;
  readonly implementations: Set<string>;
}

function table(steps: readonly MeasuredStep[]): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const { work, label, milliseconds, flops = 0, traffic = 0, implementation } of steps) {
    const row = rows.get(label) ?? {
      work,
      count: 0,
      milliseconds: 0,
      flops: 0,
      traffic: 0,
      implementations: new Set(),
    };
    row.count++;
    row.milliseconds += milliseconds;
    row.flops += flops;
    row.traffic += traffic;
    if (implementation !== undefined) row.implementations.add(implementation);
    rows.set(label, row);
  }
  return rows;
}

/** What a kernel reaches of the adapter's arithmetic and of its memory. */
function shareOfPeak({ flops, traffic, milliseconds }: Row, peak: Peak): string {
  const arithmetic = flops / milliseconds / 1e6 / peak.gigaflops;
  const memory = traffic / milliseconds / 1e6 / peak.gigabytesPerSecond;
  const parts = [...(flops > 0 ? [[arithmetic, "arithmetic"] as const] : []), [memory, "memory"] as const];
  return parts.map(([share, of]) => `${(100 * share).toFixed(0).padStart(3)} % of ${of}`).join(", ");
}

const workload = parseWorkload(process.argv.slice(2));
const peak = workload.runtime === "webgpu" ? await measurePeak() : undefined;
const { accumulate, apply } = await profileStep(workload);
const total = [...accumulate, ...apply].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
const rows = table(accumulate);
const convolutions = [...rows].filter(([, { work }]) => work === "convolution").map(([label]) => label);
const shapes = [...new Set(convolutions.map((label) => label.slice(label.indexOf(" ") + 1)))];
console.log(
  `${workload.model} ${workload.size} px, batch ${workload.batch}, ${workload.precision} on ${workload.runtime}: ${total.toFixed(1)} ms`,
);
if (peak !== undefined) {
  const { name, gigaflops, gigabytesPerSecond } = peak;
  console.log(
    `${name} reaches ${gigaflops.toFixed(gigaflops < 10 ? 2 : 0)} GFLOP/s in registers, ${gigabytesPerSecond.toFixed(gigabytesPerSecond < 10 ? 2 : 0)} GB/s from memory to memory`,
  );
}

function line(name: string, row: Row): string {
  const each = (row.milliseconds / row.count).toFixed(2).padStart(8);
  const rate =
    row.flops === 0
      ? ""
      : `${(row.flops / row.milliseconds / 1e6).toFixed(peak === undefined ? 0 : 1)} GFLOP/s`;
  const share = ((100 * row.milliseconds) / total).toFixed(1).padStart(5);
  const rest = peak === undefined ? [...row.implementations].join(", ") : shareOfPeak(row, peak);
  return `  ${name.padEnd(17)} ${each} ms ${rate.padStart(13)} ${share} %  ${rest}`;
}

console.log(
  `shape: count; each direction: ms, GFLOP/s, share of step, ${peak === undefined ? "implementation" : "share of what the adapter reaches"}`,
);
for (const shape of shapes) {
  const cells = DIRECTIONS.map((direction) => rows.get(`${direction} ${shape}`));
  console.log(`${shape}: ${Math.max(...cells.map((cell) => cell?.count ?? 0))}`);
  for (const [i, cell] of cells.entries()) if (cell !== undefined) console.log(line(DIRECTIONS[i]!, cell));
}
if (peak !== undefined) {
  console.log("other kernels: count, ms each");
  const others = [...rows].filter(([, { work }]) => work !== "convolution");
  others.sort(([, a], [, b]) => b.milliseconds - a.milliseconds);
  for (const [label, row] of others) console.log(`${line(label.slice(0, 48).padEnd(48), row)} x${row.count}`);
}
process.exit(0);
