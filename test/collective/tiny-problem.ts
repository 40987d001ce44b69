// A network of a few weights, and three steps of training it: on whole batches, or on shares of them.
import { type Batch, hostTensor, RandomStream } from "../../src/core/index.ts";
import { reshape, type Value } from "../../src/graph/index.ts";
import {
  BaseClassificationModel,
  classificationModelSchema,
  type ResolvedClassificationModelOptions,
} from "../../src/models/index.ts";
import { BatchNorm2d, Conv2d, Linear, Module, ReLU, Sequential } from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import { TrainingEngine } from "../../src/train/index.ts";

const CLASSES = 3;
const SIDE = 6;
/** Samples of the micro-batches of each step: uneven, fewer than processes, one alone. */
const STEPS: readonly (readonly number[])[] = [
  [7, 5],
  [4, 1],
  [3, 6],
];

class TinyNetwork extends Module {
  readonly conv = new Conv2d(2, 4, 3, { padding: 1, bias: true });
  readonly norm: Module;
  readonly fc = new Linear(4 * SIDE * SIDE, CLASSES);

  constructor(normalises: boolean) {
    super();
    this.norm = normalises ? new Sequential(new BatchNorm2d(4), new ReLU()) : new ReLU();
  }

  override forward(x: Value): Value {
    return this.fc.call(reshape(this.norm.call(this.conv.call(x)), [-1, 4 * SIDE * SIDE]));
  }
}

/** Options of the model, and whether it has a batch norm; default: it has not. */
export type TinyOptions = Partial<ResolvedClassificationModelOptions> & { readonly normalises?: boolean };

/** Classes weighed unevenly, labels smoothed, one sample in a few left out. */
export class TinyModel extends BaseClassificationModel {
  override readonly architecture = "tiny";

  readonly #normalises: boolean;

  constructor({ normalises = false, ...options }: TinyOptions = {}) {
    super({ ...classificationModelSchema.parse({}), ...options });
    this.#normalises = normalises;
    this.setup({ classNames: ["a", "b", "c"], classWeights: [0.5, 1, 2.25] });
  }

  protected override buildNetwork(): Module {
    return new TinyNetwork(this.#normalises);
  }
}

function batchOf(step: number, micro: number, samples: number, ignoreIndex: number): Batch {
  const random = new RandomStream(1, "tiny problem", [step, micro]);
  return {
    images: hostTensor(
      "float64",
      [samples, 2, SIDE, SIDE],
      Float64Array.from({ length: samples * 2 * SIDE * SIDE }, () => Math.fround(random.normal())),
    ),
    labels: hostTensor(
      "int32",
      [samples],
      Int32Array.from({ length: samples }, (_, i) => (i % 4 === 3 ? ignoreIndex : random.integer(CLASSES))),
    ),
    indices: Array.from({ length: samples }, (_, i) => i),
  };
}

/** Every `size`-th sample from `rank` on; undefined where there is none. */
export function shareOf({ images, labels, indices }: Batch, rank: number, size: number): Batch | undefined {
  const own = [...indices.keys()].filter((i) => i % size === rank);
  if (own.length === 0) return undefined;
  const [, ...sample] = images.shape;
  const length = sample.reduce((product, dim) => product * dim, 1);
  return {
    images: hostTensor(
      "float64",
      [own.length, ...sample],
      Float64Array.from(
        own.flatMap((i) => [...(images.data as Float64Array).subarray(i * length, (i + 1) * length)]),
      ),
    ),
    labels: hostTensor(
      "int32",
      [own.length],
      Int32Array.from(own, (i) => Number(labels.data[i])),
    ),
    indices: own,
  };
}

/** What training gave: loss of each micro-batch, gradient norm of each step, the weights. */
export interface Trained {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** Adds a micro-batch to a step; returns the loss of the whole of it. */
type Accumulate = (batch: Batch, first: boolean, position: readonly [number, number]) => Promise<number>;

/** Three steps of AdamW with accumulation and clipping; `stepsOf` says who computes them. */
export async function trainTiny(
  runtime: Runtime,
  stepsOf: (engine: TrainingEngine, model: TinyModel) => { accumulate: Accumulate; reduce(): Promise<void> },
  options?: TinyOptions,
): Promise<Trained> {
  const model = new TinyModel(options);
  const engine = await TrainingEngine.open({
    runtime,
    model,
    optimizer: new AdamW({ weightDecay: 0.05 }),
    seed: 3,
    threads: 1,
    accumulate: 2,
    clipping: { algorithm: "norm", limit: 0.5 },
  });
  const steps = stepsOf(engine, model);
  const losses: number[] = [];
  const norms: number[] = [];
  for (const [step, sizes] of STEPS.entries()) {
    for (const [micro, samples] of sizes.entries()) {
      const batch = batchOf(step, micro, samples, model.options.ignoreIndex);
      losses.push(await steps.accumulate(batch, micro === 0, [0, step * 2 + micro]));
    }
    await steps.reduce();
    norms.push(await engine.apply(step + 1, 0.01));
  }
  const weights = await engine.readWeights();
  await engine.dispose();
  return {
    losses,
    norms,
    weights: Object.fromEntries([...weights].map(([name, { data }]) => [name, Array.from(data, Number)])),
  };
}
