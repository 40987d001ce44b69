// Fits in this process, on any runtime: a small network on a few pictures, with everything that a resumption could lose.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EMA, ModelCheckpoint } from "../../src/callbacks/index.ts";
import { ImageFolderDataModule } from "../../src/data/index.ts";
import { reduceMean, relu, type Value } from "../../src/graph/index.ts";
import { CSVLogger, JSONLinesLogger } from "../../src/loggers/index.ts";
import { BaseClassificationModel, classificationModelSchema } from "../../src/models/index.ts";
import { BatchNorm2d, Conv2d, Linear, Module } from "../../src/nn/index.ts";
import type { Runtime } from "../../src/runtime/contract.ts";
import {
  Callback,
  type EventOf,
  type FitContext,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  Trainer,
} from "../../src/train/index.ts";
import { stateDigest } from "./training.ts";

class SmallNetwork extends Module {
  readonly conv = new Conv2d(3, 4, 3, { padding: 1 });
  readonly norm = new BatchNorm2d(4);
  readonly fc = new Linear(4, 3);

  override forward(images: Value): Value {
    return this.fc.call(reduceMean(relu(this.norm.call(this.conv.call(images))), { axes: [2, 3] }));
  }
}

class SmallModel extends BaseClassificationModel {
  override readonly architecture = "small";
  protected override buildNetwork(): Module {
    return new SmallNetwork();
  }
}

/** Notes the whole state behind every batch: weights, optimizer, average, metrics so far, everything logged. */
class StateRecorder extends Callback {
  override readonly stateKey = "StateRecorder";
  readonly digests: Record<number, string> = {};
  readonly #path: string;

  constructor(folder: string) {
    super();
    this.#path = join(folder, "recorded.safetensors");
  }

  override async onTrainBatchEnd(_: EventOf<"trainBatchEnd">, context: FitContext): Promise<void> {
    await context.saveCheckpoint(this.#path);
    this.digests[context.progress.step] = await stateDigest(await loadCheckpoint(this.#path));
  }
}

export interface FitRequest {
  readonly runtime: Runtime;
  /** Folder of the pictures. */
  readonly root: string;
  /** The run's folder; where it has a checkpoint, the fit goes on from there. */
  readonly folder: string;
  /** The event at which the fit is interrupted, from 0; `-1`: before the first. Default: it runs to its end. */
  readonly stopAt?: number;
}

export interface Fit {
  readonly status: string;
  /** Types of its events, in order. */
  readonly events: readonly string[];
  /** State behind every step that was made here, by number. */
  readonly digests: Readonly<Record<number, string>>;
  /** Path of its last checkpoint. */
  readonly last: string;
}

/** Three epochs of three steps, each followed by a validation. */
export async function fitSmall({ runtime, root, folder, stopAt }: FitRequest): Promise<Fit> {
  await mkdir(folder, { recursive: true });
  await using data = new ImageFolderDataModule({ root, imageSize: 8, batchSize: 4, numWorkers: 0 });
  await data.setup();
  const model = new SmallModel(classificationModelSchema.parse({ learningRate: 0.02, warmupEpochs: 1 }));
  model.setup({ classNames: data.classes });
  const checkpoints = new ModelCheckpoint({ dirpath: folder });
  const recorder = new StateRecorder(folder);
  await using trainer = new Trainer(
    { maxEpochs: 3, numSanityValSteps: 0, logEveryNSteps: 1, threads: 2 },
    {
      runtime,
      callbacks: [new EMA({ decay: 0.8, warmupSteps: 2 }), recorder, checkpoints],
      loggers: [new CSVLogger({ saveDir: folder }), new JSONLinesLogger({ saveDir: folder })],
    },
  );
  const controller = new AbortController();
  const checkpoint = await loadCheckpointOrPrevious(checkpoints.lastPath).catch(() => undefined);
  const events: string[] = [];
  if (stopAt === -1) controller.abort();
  const fitting = trainer.fit(model, data, { checkpoint, signal: controller.signal });
  let next = await fitting.next();
  for (; !next.done; next = await fitting.next()) {
    if (events.push(next.value.type) - 1 === stopAt) controller.abort();
  }
  return { status: next.value.status, events, digests: recorder.digests, last: checkpoints.lastPath };
}
