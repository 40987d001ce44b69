import { expect, test } from "vitest";
import { float32, hostTensor } from "../../core/index.ts";
import { crossEntropy, Flatten, Linear, Sequential } from "../../nn/index.ts";
import { AdamW } from "../../optim/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { TrainingEngine } from "./engine.ts";

test("the loss of mixed samples is that of their targets, not of their labels", async () => {
  const engine = await TrainingEngine.open({
    runtime: referenceRuntime,
    model: {
      network: new Sequential(new Flatten(), new Linear(2, 2)),
      loss: (logits, targets) => crossEntropy(logits, targets),
    },
    optimizer: new AdamW(),
    seed: 1,
  });
  const images = float32([2, 2, 1, 1], [1, 2, 3, 4]);
  const labels = hostTensor("int32", [2], Int32Array.of(0, 1));
  const loss = async (rows?: readonly number[]): Promise<number> =>
    (
      await engine.accumulate(
        {
          images,
          labels,
          indices: [0, 1],
          ...(rows === undefined ? {} : { targets: float32([2, 2], rows) }),
        },
        true,
        [0, 0],
      )
    ).loss;
  const [own, swapped] = [await loss(), await loss([0, 1, 1, 0])];
  expect(await loss([1, 0, 0, 1])).toBeCloseTo(own, 12);
  expect(await loss([0.75, 0.25, 0.25, 0.75])).toBeCloseTo(0.75 * own + 0.25 * swapped, 12);
  await engine.dispose();
});
