// Convolutions by kernels that are ours, or that only some processors have: an interrupted run on them goes on to the
// bits of the one that never stopped.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Batch,
  type BatchSource,
  hostTensor,
  RandomStream,
  type TrainerData,
} from "../../src/core/index.ts";
import { bindBatch, relu, type Value } from "../../src/graph/index.ts";
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
import { BLOCKED_DOMAIN, decodeModel } from "../../src/onnx/index.ts";
import { AdamW, CosineAnnealingLR } from "../../src/optim/index.ts";
import { onednnRuntime } from "../../src/runtime/onednn/index.ts";
import { channelBlock } from "../../src/runtime/onnxruntime/channel-block.ts";
import { onnxRuntime } from "../../src/runtime/onnxruntime/index.ts";
import { loadLibrary } from "../../src/runtime/onnxruntime/library.ts";
import { lowerProgram } from "../../src/runtime/onnxruntime/lower-program.ts";
import { loadCheckpointOrPrevious } from "../../src/train/checkpoint/checkpoint.ts";
import { accumulateProgram } from "../../src/train/engine/programs.ts";
import { layoutState } from "../../src/train/engine/state-layout.ts";
import {
  type FitOptions,
  type TrainableModel,
  Trainer,
  type TrainerOptions,
  type TrainerParts,
} from "../../src/train/index.ts";
import { OutputSum } from "./linear-problem.ts";
import { SaveWhenInterrupted } from "./run.ts";

const [CHANNELS, SIZE, BATCH, BATCHES, CLASSES] = [32, 12, 4, 3, 5];

/** A convolution of every kind that there are kernels for: dense ones, one a channel. */
class Network extends Module {
  readonly conv1 = new Conv2d(3, CHANNELS, 3, { padding: 1, bias: false });
  readonly bn1 = new BatchNorm2d(CHANNELS);
  readonly conv2 = new Conv2d(CHANNELS, CHANNELS, 3, { padding: 1, bias: false });
  readonly bn2 = new BatchNorm2d(CHANNELS);
  readonly depthwise = new Conv2d(CHANNELS, CHANNELS, 3, { padding: 1, groups: CHANNELS, bias: false });
  readonly conv3 = new Conv2d(CHANNELS, CHANNELS, 3, { padding: 1, bias: false });
  readonly head = new Sequential(new GlobalAvgPool2d(), new Flatten(), new Linear(CHANNELS, CLASSES));

  override forward(images: Value): Value {
    const x = relu(this.bn1.call(this.conv1.call(images)));
    const y = relu(this.bn2.call(this.conv2.call(x)));
    return this.head.call(this.conv3.call(this.depthwise.call(y)));
  }
}

const modelOf = (): TrainableModel => ({
  network: new Network(),
  loss: crossEntropy,
  learningRate: 0.01,
  createOptimizer: () => new AdamW({ weightDecay: 0.1 }),
  createScheduler: () => new CosineAnnealingLR({ interval: "step" }),
  metrics: { train: new OutputSum(), val: new OutputSum(), test: new OutputSum() },
});

function batchOf(epoch: number, batch: number): Batch {
  const random = new RandomStream(epoch * BATCHES + batch, "resumed convolutions");
  const images = Float32Array.from({ length: BATCH * 3 * SIZE * SIZE }, () => random.normal());
  const labels = Int32Array.from({ length: BATCH }, () => random.integer(CLASSES));
  return {
    images: hostTensor("float32", [BATCH, 3, SIZE, SIZE], images),
    labels: hostTensor("int32", [BATCH], labels),
    indices: Array.from({ length: BATCH }, (_, i) => batch * BATCH + i),
  };
}

const DATA: TrainerData = {
  trainLoader: (epoch: number, { startBatch = 0 } = {}): BatchSource => ({
    length: BATCHES,
    async *[Symbol.asyncIterator]() {
      for (let batch = startBatch; batch < BATCHES; batch++) yield { ...batchOf(epoch, batch), batch };
    },
  }),
  valLoader: () => undefined,
  testLoader: () => undefined,
};

/** What is left of a run: weights, optimizer and running statistics as bits, how it ended, how many events it had. */
interface Left {
  readonly state: Readonly<Record<string, string>>;
  readonly status: string;
  readonly events: number;
}

async function run(
  options: TrainerOptions,
  parts: TrainerParts,
  fit: FitOptions & { readonly stopAt?: (events: number) => void } = {},
): Promise<Left> {
  const { stopAt, ...given } = fit;
  await using trainer = new Trainer({ maxEpochs: 2, numSanityValSteps: 0, threads: 2, ...options }, parts);
  const fitting = trainer.fit(modelOf(), DATA, given);
  let events = 0;
  let next = await fitting.next();
  for (; !next.done; next = await fitting.next()) stopAt?.(events++);
  const state = [...(await trainer.engine!.readState())].map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  ]);
  return { state: Object.fromEntries(state), status: next.value.status, events };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-resume-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Fails where a run that is interrupted, at some of its events, does not go on to the same bits. */
async function expectSameBits(options: TrainerOptions, parts: TrainerParts): Promise<Left> {
  const whole = await run(options, parts);
  for (const place of [0.2, 0.5, 0.8].map((share) => Math.floor(share * whole.events))) {
    const path = join(folder, `${place}.safetensors`);
    const controller = new AbortController();
    const cut = await run(
      options,
      { ...parts, callbacks: [new SaveWhenInterrupted(path)] },
      { signal: controller.signal, stopAt: (events) => events === place && controller.abort() },
    );
    expect(cut.status).toBe("interrupted");
    expect(cut.state).not.toEqual(whole.state);
    const checkpoint = await loadCheckpointOrPrevious(path);
    const again = await run(
      options,
      { ...parts, callbacks: [new SaveWhenInterrupted(path)] },
      { checkpoint },
    );
    expect(again.state, `interrupted at event ${place}`).toEqual(whole.state);
  }
  return whole;
}

describe("a run that was interrupted goes on to the bit", () => {
  test("with trainer.conv_algorithm=winograd_wasm", async ({ skip }) => {
    const { available, detail } = await onednnRuntime.probe();
    if (!available) skip(detail);
    const parts = { runtime: onednnRuntime };
    const own = await expectSameBits({ convAlgorithm: "winograd_wasm" }, parts);
    // Otherwise it was not in that form.
    expect((await run({ convAlgorithm: "direct" }, parts)).state).not.toEqual(own.state);
  });

  test("with onnxruntime's convolutions of channels in blocks", async ({ skip }) => {
    const block = await channelBlock(await loadLibrary());
    if (block === undefined) skip("onnxruntime has no blocks of channels on this processor");
    const model = modelOf();
    const layout = layoutState(model.network, { optimizer: model.createOptimizer() });
    const step = accumulateProgram(model, layout, batchOf(0, 0), { accumulate: 1, first: true });
    const lowered = lowerProgram(bindBatch(step, BATCH), { channelBlock: block });
    const nodes = decodeModel(lowered.model).graph!.node;
    const convolutions = nodes.filter(({ domain, opType }) => domain === BLOCKED_DOMAIN && opType === "Conv");
    expect(convolutions.length).toBeGreaterThanOrEqual(7);
    await expectSameBits({}, { runtime: onnxRuntime });
  });
});
