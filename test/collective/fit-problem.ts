// A fit of a small network on pictures in memory: what it trains on and how, the same for any number of processes.
import { ClassifierTrainingError } from "../../src/core/index.ts";
import { ArrayDataset, DatasetDataModule } from "../../src/data/index.ts";
import { reshape, type Value } from "../../src/graph/index.ts";
import {
  MulticlassAccuracy,
  MulticlassAUROC,
  MulticlassCalibrationError,
  MulticlassConfusionMatrix,
  MulticlassF1Score,
  MulticlassLogLoss,
} from "../../src/metrics/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../../src/models/index.ts";
import { BatchNorm2d, Conv2d, Linear, Module, ReLU, Sequential } from "../../src/nn/index.ts";
import { SGD } from "../../src/optim/index.ts";
import type { Collective } from "../../src/runtime/collective.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  learningRateRangeTest,
  strategyOf,
  Trainer,
} from "../../src/train/index.ts";
import { MixUp } from "../../src/transforms/index.ts";

const SIDE = 8;
const CLASSES = ["a", "b", "c"];
/** Samples of a batch of all processes. */
const BATCH = 12;

/** What differs between the fits of the test. */
export interface FitVariant {
  readonly name: string;
  readonly mixes?: boolean;
  /** Half of the pictures cannot be read, so that some shares are empty. */
  readonly unreadable?: boolean;
  readonly normalises?: boolean;
}

class Network extends Module {
  readonly conv: Conv2d;
  readonly norm: Module;
  readonly fc = new Linear(4 * SIDE * SIDE, CLASSES.length);

  constructor(normalises: boolean) {
    super();
    // The gradient of a bias in front of batch norm is rounding alone.
    this.conv = new Conv2d(3, 4, 3, { padding: 1, bias: !normalises });
    this.norm = normalises ? new Sequential(new BatchNorm2d(4), new ReLU()) : new ReLU();
  }

  override forward(x: Value): Value {
    return this.fc.call(reshape(this.norm.call(this.conv.call(x)), [-1, 4 * SIDE * SIDE]));
  }
}

class Model extends BaseClassificationModel {
  override readonly architecture = "small";
  readonly #normalises: boolean;

  constructor(normalises: boolean) {
    super({ ...classificationModelSchema.parse({ learningRate: 0.01, warmupEpochs: 1 }) });
    this.#normalises = normalises;
    const labels = { numClasses: CLASSES.length };
    const metrics = () => ({
      acc: new MulticlassAccuracy({ ...labels, average: "micro" }),
      auroc: new MulticlassAUROC(labels),
      ece: new MulticlassCalibrationError(labels),
      f1: new MulticlassF1Score({ ...labels, average: "none" }),
      confusion: new MulticlassConfusionMatrix(labels),
      nll: new MulticlassLogLoss(labels),
    });
    this.setup({
      classNames: CLASSES,
      classWeights: [0.5, 1, 2.25],
      metrics: { train: metrics(), val: metrics(), test: metrics() },
    });
  }

  protected override buildNetwork(): Module {
    return new Network(this.#normalises);
  }
}

function pictures(count: number, seed: number, unreadable: boolean): ArrayDataset {
  let state = seed;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state >> 16;
  };
  const set = new ArrayDataset({
    classes: CLASSES,
    labels: Array.from({ length: count }, (_, i) => i % CLASSES.length),
    width: SIDE,
    height: SIDE,
    layout: "rgb",
    pixels: Uint8Array.from({ length: count * SIDE * SIDE * 3 }, () => next() & 255),
  });
  if (!unreadable) return set;
  const source = set.source.bind(set);
  return Object.assign(set, {
    source: (index: number) =>
      (index * 7) % 4 < 2 ? { kind: "file" as const, path: `/nowhere/${index}.png` } : source(index),
  });
}

/** Counts what a process has nothing of. */
class Shares extends Callback {
  override readonly stateKey = "Shares";
  empty = 0;
  readonly losses: number[] = [];
  readonly norms: number[] = [];

  override onTrainBatchEnd({ batch, loss, gradientNorm }: EventOf<"trainBatchEnd">): void {
    if (batch.indices.length === 0) this.empty++;
    this.losses.push(loss);
    if (gradientNorm !== undefined) this.norms.push(gradientNorm);
  }

  override async onTrainEpochEnd(_: EventOf<"trainEpochEnd">, context: FitContext): Promise<void> {
    const sums = await context.gather(this.empty);
    context.log({ empty: sums.reduce((sum, count) => sum + count, 0) });
  }
}

/** What came of a fit. */
export interface Fitted {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly weights: readonly number[];
  readonly samples: number;
}

/** Two epochs of uneven batches with accumulation and clipping, validated in the middle of each, and a test. */
export async function fitSmall(
  runtime: Runtime,
  collective: Collective,
  { mixes = false, unreadable = false, normalises = false }: FitVariant,
): Promise<Fitted> {
  await using data = await picturesFor(collective, mixes, unreadable);
  const shares = new Shares();
  await using trainer = new Trainer(
    {
      maxEpochs: 2,
      accumulateGradBatches: 3,
      gradientClipVal: 0.5,
      threads: 1,
      valCheckInterval: 0.75,
      syncBatchnorm: normalises,
    },
    {
      runtime,
      collective,
      callbacks: [shares],
      // AdamW makes whole steps of what is rounding alone in float32.
      ...(runtime.name === "reference" ? {} : { optimizer: new SGD({ momentum: 0.9 }) }),
    },
  );
  const model = new Model(normalises);
  const fit = trainer.fit(model, data);
  let next = await fit.next();
  for (; !next.done; next = await fit.next());
  if (next.value.status !== "completed")
    throw new ClassifierTrainingError("failure", "FIT", next.value.status);
  const tested = trainer.test(model, data);
  let test = await tested.next();
  for (; !test.done; test = await tested.next());
  const weights = await trainer.engine!.readWeights();
  return {
    losses: shares.losses,
    norms: shares.norms,
    metrics: { ...next.value.metrics, ...test.value },
    weights: [...weights.values()].flatMap(({ dtype, data: values }) =>
      dtype === "float32" || dtype === "float64" ? Array.from(values, Number) : [],
    ),
    samples: next.value.progress.samples,
  };
}

async function picturesFor(
  { size }: Collective,
  mixes: boolean,
  unreadable: boolean,
): Promise<DatasetDataModule> {
  const data = new DatasetDataModule({
    train: pictures(41, 1, unreadable),
    val: pictures(17, 2, unreadable),
    test: pictures(13, 3, false),
    imageSize: SIDE,
    batchSize: BATCH / size,
    numWorkers: 0,
    onBadPicture: "skip",
    batchTransforms: mixes ? [new MixUp()] : [],
    sampler: { mode: "auto" },
  });
  await data.setup();
  return data;
}

/** The losses of a search for a learning rate, over the end of an epoch. */
export async function searchRate(runtime: Runtime, collective: Collective): Promise<number[]> {
  await using data = await picturesFor(collective, false, true);
  const model = new Model(false);
  await using trainer = new Trainer({}, { runtime, collective });
  const engine = await trainer.open(model);
  const strategy = strategyOf(engine, model, collective);
  const options = { steps: 6, minLr: 1e-5, maxLr: 1e-2, collective, strategy };
  return (await learningRateRangeTest(engine, data, options)).map(({ loss }) => loss);
}

/** The fits of the test. */
export const VARIANTS: readonly FitVariant[] = [
  { name: "mixed", mixes: true },
  { name: "unreadable", unreadable: true },
  { name: "normalised", unreadable: true, normalises: true },
];
