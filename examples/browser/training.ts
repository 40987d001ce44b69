// The worker: trains on the files that the page was given, keeps checkpoints, exports, classifies.
import {
  ClassificationModel,
  Classifier,
  ClassifierTrainingError,
  chooseRuntime,
  exportClassifier,
  folderOf,
  ImageFolderDataModule,
  lastCheckpoint,
  listCheckpoints,
  ModelCheckpoint,
  type PageFile,
  removeCheckpoints,
  Trainer,
  TrainingReport,
} from "classifier-training/browser";
import type { Reply, Request, Settings } from "./messages.ts";

const worker = globalThis as unknown as {
  onmessage: (event: { data: Request }) => void;
  postMessage(reply: Reply): void;
};
const post = (reply: Reply): void => worker.postMessage(reply);

const CHECKPOINTS = "checkpoints";
let files: readonly PageFile[] = [];
let stopping = new AbortController();
let classifier: Classifier | undefined;

const isResumable = async (): Promise<boolean> => (await listCheckpoints(CHECKPOINTS)).length > 0;

async function openData(settings: Pick<Settings, "imageSize" | "batchSize">): Promise<ImageFolderDataModule> {
  const data = new ImageFolderDataModule({
    root: folderOf(files),
    ...settings,
    cache: "ram",
    onBadPicture: "skip",
  });
  await data.setup();
  return data;
}

async function open(given: readonly PageFile[]): Promise<void> {
  files = given;
  const { classes, classCounts } = await openData({ imageSize: 32, batchSize: 2 });
  post({
    kind: "opened",
    classes: classes.map((name, i) => [name, classCounts[i]!]),
    resumable: await isResumable(),
  });
}

async function train(
  { runtime: name, maxEpochs, architecture, ...sizes }: Settings,
  resume: boolean,
): Promise<void> {
  stopping = new AbortController();
  const data = await openData(sizes);
  const { runtime, probe, notice } = await chooseRuntime(name);
  post({ kind: "started", notice: notice ?? `Training on ${probe.detail}.` });
  const model = new ClassificationModel({ architecture });
  const imageSize = [sizes.imageSize, sizes.imageSize] as const;
  model.setup({ classNames: data.classes, imageSize });
  if (!resume) await removeCheckpoints(CHECKPOINTS);
  const checkpoint = resume ? await lastCheckpoint(CHECKPOINTS) : undefined;
  const report = new TrainingReport();
  const callbacks = [report, new ModelCheckpoint({ dirpath: CHECKPOINTS, trainTimeInterval: 60 })];
  await using trainer = new Trainer({ maxEpochs, numSanityValSteps: 0 }, { runtime, callbacks });
  const identity = { architecture, imageSize: sizes.imageSize, classes: data.classes };
  const fit = trainer.fit(model, data, { signal: stopping.signal, checkpoint, identity });
  const batches = Math.ceil(data.splits.train.labels.length / sizes.batchSize);
  let before = performance.now();
  let next = await fit.next();
  for (; !next.done; next = await fit.next()) {
    const event = next.value;
    if (event.type === "trainBatchEnd") {
      const now = performance.now();
      const rate = (1000 * event.batch.images.shape[0]!) / (now - before);
      before = now;
      post({ kind: "step", done: (event.batchIndex + 1) / batches, loss: event.loss, rate });
    } else if (event.type === "trainEpochEnd") {
      const {
        "train/loss": trainLoss = Number.NaN,
        "val/loss": valLoss,
        "val/acc_top1": accuracy,
      } = event.metrics;
      post({ kind: "epoch", epoch: event.epoch, trainLoss, valLoss, accuracy });
    }
  }
  const weights = await trainer.engine!.readWeights();
  const { bytes, labels } = await exportClassifier({ model, data, weights });
  await classifier?.dispose();
  classifier = await Classifier.load(bytes);
  const page = await report.render({ name: architecture, model, data });
  const text = JSON.stringify(labels, undefined, 2);
  post({ kind: "trained", status: next.value.status, model: bytes, labels: text, report: page });
}

async function classify(picture: Blob): Promise<void> {
  const [predictions = []] = (await classifier?.predict([new Uint8Array(await picture.arrayBuffer())])) ?? [];
  post({ kind: "classified", predictions });
}

async function answer(request: Request): Promise<void> {
  if (request.kind === "stop") stopping.abort();
  else if (request.kind === "open") await open(request.files);
  else if (request.kind === "classify") await classify(request.picture);
  else await train(request.settings, request.resume);
}

worker.onmessage = ({ data }) => {
  answer(data).catch(async (error: unknown) => {
    const message = error instanceof ClassifierTrainingError ? error.toLine() : String(error);
    post({ kind: "failed", message, resumable: await isResumable() });
  });
};
