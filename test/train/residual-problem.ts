// A network with what residual networks are made of, so small that an adapter in software trains it in seconds.
import { type Batch, hostTensor, RandomStream } from "../../src/core/index.ts";
import { add, relu, type Value } from "../../src/graph/index.ts";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Flatten,
  GlobalAvgPool2d,
  Linear,
  Module,
  Sequential,
} from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { TrainingEngine } from "../../src/train/engine/engine.ts";
import type { EngineOptions } from "../../src/train/engine/engine-options.ts";

const CLASSES = 5;

/** A block with a shortcut of its own, and a depthwise convolution behind it. */
class ResidualNetwork extends Module {
  readonly conv1 = new Conv2d(3, 8, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(8);
  readonly conv2 = new Conv2d(8, 8, 3, { stride: 2, padding: 1, bias: false });
  readonly bn2 = new BatchNorm2d(8);
  readonly shortcut = new Conv2d(8, 8, 1, { stride: 2, bias: false });
  readonly bn3 = new BatchNorm2d(8);
  readonly depthwise = new Conv2d(8, 8, 3, { padding: 1, groups: 8, bias: false });
  readonly bn4 = new BatchNorm2d(8);
  readonly pool = new Sequential(new GlobalAvgPool2d(), new Flatten());
  readonly fc = new Linear(8, CLASSES);

  override forward(images: Value): Value {
    const x = relu(this.bn1.call(this.conv1.call(images)));
    const sum = add(this.bn2.call(this.conv2.call(x)), this.bn3.call(this.shortcut.call(x)));
    const y = relu(sum);
    return this.fc.call(this.pool.call(add(y, this.bn4.call(this.depthwise.call(y)))));
  }
}

/** An engine for it, with AdamW and clipping. */
export function openResidual(
  runtime: Runtime,
  options: Pick<EngineOptions, "precision" | "lossScaling"> = {},
): Promise<TrainingEngine> {
  return TrainingEngine.open({
    runtime,
    model: { network: new ResidualNetwork(), loss: crossEntropy },
    optimizer: new AdamW({ weightDecay: 0.01 }),
    seed: 1,
    clipping: { algorithm: "norm", limit: 1 },
    ...options,
  });
}

/** Batch `index`: four pictures of 8 x 8. */
export function residualBatch(index: number): Batch {
  const random = new RandomStream(index, "residual problem");
  const images = Float32Array.from({ length: 4 * 3 * 8 * 8 }, () => random.normal());
  const labels = Int32Array.from({ length: 4 }, () => random.integer(CLASSES));
  return {
    images: hostTensor("float32", [4, 3, 8, 8], images),
    labels: hostTensor("int32", [4], labels),
    indices: [],
  };
}

/** Steps `from` to `to` (from 1): the loss of each, and the norm of its gradient. */
export async function trainResidual(
  engine: TrainingEngine,
  from: number,
  to: number,
): Promise<{ readonly losses: number[]; readonly norms: number[] }> {
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = from; step <= to; step++) {
    losses.push((await engine.accumulate(residualBatch(step), true, [0, step])).loss);
    norms.push(await engine.apply(step, 0.01));
  }
  return { losses, norms };
}
