// The focal loss of Lin et al. and one-vs-rest targets on every runtime, against their formulas written out in float64.
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { hostTensor, toNumbers } from "../../src/core/index.ts";
import { createProgram, Graph, input } from "../../src/graph/index.ts";
import { oneVsRestTargets, sigmoidFocalLoss } from "../../src/nn/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill } from "./formula.ts";

const LOGITS = fill("one-vs-rest.logits", [4, 3], -4, 4);
const LABELS = [0, 2, 1, 2];

/** torchvision.ops.sigmoid_focal_loss, reduction "mean", entry by entry. */
function focal(logits: ArrayLike<number>, alpha: number | null, gamma: number, smoothing: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const hard = LABELS[Math.floor(i / 3)] === i % 3 ? 1 : 0;
    const t = hard * (1 - smoothing) + smoothing / 3;
    const p = 1 / (1 + Math.exp(-logits[i]!));
    const crossEntropy = -(t * Math.log(p) + (1 - t) * Math.log(1 - p));
    const pt = p * t + (1 - p) * (1 - t);
    sum += (alpha === null ? 1 : alpha * t + (1 - alpha) * (1 - t)) * (1 - pt) ** gamma * crossEntropy;
  }
  return sum / logits.length;
}

describe.each(await findRuntimes())("on $name", ({ runtime, available }) => {
  test.skipIf(!available).each([
    [0.25, 2, 0],
    [null, 2, 0],
    [0.75, 1.5, 0.1],
    [null, 0, 0],
  ] as const)("alpha %s, gamma %s, smoothing %s", async (alpha, gamma, smoothing) => {
    const session = await runtime.open({ storages: [] });
    const graph = new Graph();
    const logits = input(graph, "logits", "float32", [4, 3]);
    const labels = input(graph, "labels", "int32", [4]);
    const { targets, mask } = oneVsRestTargets(labels, 3, { labelSmoothing: smoothing });
    const loss = sigmoidFocalLoss(logits, targets, { alpha, gamma, mask });
    const [slope] = gradients(loss, [logits]);
    const program = createProgram({ name: "focal", outputs: { loss, slope: slope! } });
    const executable = await session.compile(program);
    const given = hostTensor("int32", [4], Int32Array.from(LABELS));
    const results = await executable.run({ logits: LOGITS, labels: given });
    await session.dispose();

    const at = (values: ArrayLike<number>): number => focal(values, alpha, gamma, smoothing);
    const values = Array.from(LOGITS.data, Number);
    expect(Number(results.loss!.data[0])).toBeCloseTo(at(values), 6);
    for (const [i, actual] of toNumbers(results.slope!.data).entries()) {
      const moved = (by: number): number[] => values.map((value, k) => (k === i ? value + by : value));
      expect(actual, `gradient ${i}`).toBeCloseTo((at(moved(1e-4)) - at(moved(-1e-4))) / 2e-4, 5);
    }
  });
});
