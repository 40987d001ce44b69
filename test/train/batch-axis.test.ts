// A network that broadcasts and reshapes the batch axis: traced once, trained on every runtime, exported with that axis free.
import { describe, expect, test } from "vitest";
import type { Batch } from "../../src/core/index.ts";
import { hostTensor, RandomStream } from "../../src/core/index.ts";
import { exportModel, verifyExport } from "../../src/export/index.ts";
import { broadcastTo, concat, relu, reshape, slice, transpose, type Value } from "../../src/graph/index.ts";
import { Conv2d, crossEntropy, Linear, Module, Parameter, uniform } from "../../src/nn/index.ts";
import { decodeModel, modelInputs, modelOutputs } from "../../src/onnx/index.ts";
import { SGD } from "../../src/optim/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { TrainingEngine } from "../../src/train/engine/engine.ts";
import { findRuntimes } from "../conformance/runtimes.ts";

const [WIDTH, HEADS, CLASSES, SIZE] = [8, 2, 3, 8];

/** Patches as tokens behind a class token, each head a row of its own, as in a vision transformer. */
class TokenNetwork extends Module {
  readonly patches = new Conv2d(3, WIDTH, 4, { stride: 4 });
  readonly token = new Parameter([1, 1, WIDTH], uniform(1));
  readonly head = new Linear(WIDTH / HEADS, WIDTH / HEADS);
  readonly fc = new Linear(WIDTH, CLASSES);
  /** How often the network was traced. */
  #traces = 0;

  get traces(): number {
    return this.#traces;
  }

  override forward(images: Value): Value {
    this.#traces++;
    const batch = images.shape[0]!;
    const positions = transpose(reshape(this.patches.call(images), [batch, WIDTH, -1]), [0, 2, 1]);
    const tokens = concat([broadcastTo(this.token.value, [batch, 1, WIDTH]), positions], 1);
    const count = (SIZE / 4) ** 2 + 1;
    const split = transpose(reshape(tokens, [batch, count, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
    const heads = relu(this.head.call(reshape(split, [-1, WIDTH / HEADS])));
    const rows = reshape(heads, [-1, count, WIDTH / HEADS]);
    const first = slice(rows, [0, 0, 0], [rows.shape[0]!, 1, WIDTH / HEADS]);
    return this.fc.call(reshape(first, [batch, WIDTH]));
  }
}

function batchOf(size: number, seed: number): Batch {
  const random = new RandomStream(seed, "batch");
  const pixels = Float32Array.from({ length: size * 3 * SIZE * SIZE }, () => random.normal());
  return {
    images: hostTensor("float32", [size, 3, SIZE, SIZE], pixels),
    labels: hostTensor(
      "int32",
      [size],
      Int32Array.from({ length: size }, (_, i) => (i + seed) % CLASSES),
    ),
    indices: Array.from({ length: size }, (_, i) => i),
  };
}

/** Two epochs of batches of 4, 4 and 2, each with a validation. */
async function train(runtime: Runtime) {
  const network = new TokenNetwork();
  const engine = await TrainingEngine.open({
    runtime,
    model: { network, loss: (logits, targets) => crossEntropy(logits, targets) },
    optimizer: new SGD({ momentum: 0.9 }),
    seed: 1,
  });
  const losses: number[] = [];
  for (let step = 1; step <= 6; step++) {
    const batch = batchOf(step % 3 === 0 ? 2 : 4, step);
    losses.push((await engine.accumulate(batch, true, [0, losses.length])).loss);
    await engine.apply(step, 0.1);
    losses.push((await engine.evaluate(batch)).loss);
  }
  const weights = await engine.readWeights();
  await engine.dispose();
  return { network, losses, weights };
}

describe.each(await findRuntimes())("$name", ({ runtime, available }) => {
  test.skipIf(!available)("one trace a program trains every size of batch; the export runs any", async () => {
    const { network, losses, weights } = await train(runtime);
    expect(network.traces).toBe(2);
    const oracle = await train(referenceRuntime);
    for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(oracle.losses[i]!, 4);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);

    const { bytes } = exportModel({
      network,
      weights,
      classNames: ["a", "b", "c"],
      modelName: "tokens",
      preprocessing: { mean: [0, 0, 0], std: [1, 1, 1], resize: SIZE, crop: SIZE } as never,
      imageSize: [SIZE, SIZE],
      producerVersion: "0",
    });
    const model = decodeModel(bytes);
    expect(modelInputs(model).map(({ shape }) => shape)).toEqual([["batch_size", 3, SIZE, SIZE]]);
    expect(modelOutputs(model).map(({ shape }) => shape)).toEqual([["batch_size", CLASSES]]);
    const difference = await verifyExport({ bytes, network, weights, runtime, imageSize: [SIZE, SIZE] });
    expect(difference).toBeLessThan(1e-4);
  });
});
