// The loss of an auxiliary classifier counts in training, by its weight, and has a gradient; in evaluation it does not.
import { expect, test } from "vitest";
import { LinearModel } from "../../../test/train/linear-problem.ts";
import { float32 } from "../../core/index.ts";
import { matmul, type Value } from "../../graph/index.ts";
import { currentTrace, fill, Module, Parameter } from "../../nn/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { TrainingEngine } from "./engine.ts";

class TwoHeads extends Module {
  readonly weight = new Parameter([1, 2], fill(1));
  readonly head = new Parameter([1, 2], fill(2));

  override forward(x: Value): Value {
    const trace = currentTrace();
    if (trace.training) trace.addAuxiliary(matmul(x, this.head.value, false, true), 0.25);
    return matmul(x, this.weight.value, false, true);
  }
}

/** The loss is the mean of the squares, as the targets are 0. */
class TwoHeadsModel extends LinearModel {
  override readonly network: Module = new TwoHeads();
}

test("the loss of training is the sum, that of evaluation the network's own", async () => {
  const model = new TwoHeadsModel();
  const engine = await TrainingEngine.open({
    runtime: referenceRuntime,
    model,
    optimizer: model.createOptimizer(),
    seed: 1,
  });
  const batch = { images: float32([1, 2], [1, 2]), labels: float32([1, 1], [0]), indices: [0] };
  const { loss } = await engine.accumulate(batch, true, [0, 0]);
  expect(loss).toBe(3 ** 2 + 0.25 * 6 ** 2);
  expect((await engine.evaluate(batch)).loss).toBe(3 ** 2);
  // The gradients are 6 and 3 times the inputs.
  expect(await engine.apply(1, 0.01)).toBeCloseTo(Math.hypot(6, 3) * Math.hypot(1, 2), 12);
  expect((await engine.evaluate(batch)).loss).toBeCloseTo((3 - 0.01 * 6 * 5) ** 2, 12);
  await engine.dispose();
});
