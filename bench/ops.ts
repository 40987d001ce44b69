// Each distinct convolution of a model, all directions: `npm run bench:ops -- model=resnet50`.
import type { StepTime } from "../src/runtime/onednn/index.ts";
import { profileStep } from "./breakdown.ts";
import { parseWorkload } from "./workload.ts";

const DIRECTIONS = ["conv2d", "conv2dInputGrad", "conv2dWeightGrad"] as const;

interface Row {
  readonly shape: string;
  count: number;
  milliseconds: number;
  flops: number;
  readonly implementations: Set<string>;
}

function table(steps: readonly StepTime[]): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  for (const { work, label, milliseconds, flops = 0, implementation } of steps) {
    if (work !== "convolution") continue;
    const row = rows.get(label) ?? {
      shape: label,
      count: 0,
      milliseconds: 0,
      flops: 0,
      implementations: new Set(),
    };
    row.count++;
    row.milliseconds += milliseconds;
    row.flops += flops;
    if (implementation !== undefined) row.implementations.add(implementation);
    rows.set(label, row);
  }
  return rows;
}

const workload = parseWorkload(process.argv.slice(2));
const { accumulate, apply } = await profileStep(workload);
const total = [...accumulate, ...apply].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
const rows = table(accumulate);
const shapes = [...new Set([...rows.keys()].map((label) => label.slice(label.indexOf(" ") + 1)))];
console.log(
  `${workload.model} ${workload.size} px, batch ${workload.batch}, ${workload.precision}: ${total.toFixed(1)} ms`,
);
console.log(
  "weight [O, I, kH, kW] of input [N, C, H, W]: count; each direction: ms, GFLOP/s, share of step, implementation",
);
for (const shape of shapes) {
  const cells = DIRECTIONS.map((direction) => rows.get(`${direction} ${shape}`));
  console.log(`${shape}: ${Math.max(...cells.map((cell) => cell?.count ?? 0))}`);
  for (const [i, cell] of cells.entries()) {
    if (cell === undefined) continue;
    const each = (cell.milliseconds / cell.count).toFixed(2).padStart(8);
    const rate = (cell.flops / cell.milliseconds / 1e6).toFixed(0).padStart(5);
    const share = ((100 * cell.milliseconds) / total).toFixed(1).padStart(5);
    console.log(
      `  ${DIRECTIONS[i]!.padEnd(17)} ${each} ms ${rate} GFLOP/s ${share} %  ${[...cell.implementations].join(", ")}`,
    );
  }
}
