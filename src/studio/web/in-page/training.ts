// What the worker does: trains on the files that the page was given, keeps checkpoints, exports, classifies.
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

const post = (reply: Reply): void => postMessage(reply);

/** A folder of the origin's private file system. */
const CHECKPOINTS = "studio";
const SAVE_EVERY_SECONDS = 30;

let files: readonly PageFile[] = [];
let stopping = new AbortController();
let classifier: Classifier | undefined;

/** Answers by `Reply`s, however it ends. */
export async function answer(request: Request): Promise<void> {
  try {
    if (request.kind === "stop") stopping.abort();
    else if (request.kind === "probe") await probe();
    else if (request.kind === "open") await open(request.files);
    else if (request.kind === "classify") await classify(request.picture);
    else await train(request.settings, request.resume);
  } catch (error) {
    const message =
      error instanceof ClassifierTrainingError
        ? error.toLine().slice(0, -` [${error.code}]`.length)
        : String(error);
    post({ kind: "failed", message, resumable: await isResumable() });
  }
}

async function isResumable(): Promise<boolean> {
  return (await listCheckpoints(CHECKPOINTS)).length > 0;
}

async function probe(): Promise<void> {
  const { notice = null } = await chooseRuntime();
  post({ kind: "probed", notice });
}

async function open(given: readonly PageFile[]): Promise<void> {
  files = given;
  const { classes, classCounts } = await openData({ imageSize: 32, batchSize: 2 });
  post({
    kind: "opened",
    classes: classes.map((name, i) => [name, classCounts[i]!] as const),
    resumable: await isResumable(),
  });
}

async function openData(sizes: Pick<Settings, "imageSize" | "batchSize">): Promise<ImageFolderDataModule> {
  const root = folderOf(files, "the pictures");
  const data = new ImageFolderDataModule({ root, ...sizes, cache: "ram", onBadPicture: "skip" });
  await data.setup();
  return data;
}

async function train(settings: Settings, resume: boolean): Promise<void> {
  const { runtime: name, maxEpochs, architecture, ...sizes } = settings;
  stopping = new AbortController();
  const data = await openData(sizes);
  const { runtime, probe: found, notice } = await chooseRuntime(name);
  post({ kind: "started", notice: notice ?? `Training with ${found.detail}.` });
  const model = new ClassificationModel({ architecture });
  const imageSize = [sizes.imageSize, sizes.imageSize] as const;
  model.setup({ classNames: data.classes, imageSize });
  if (!resume) await removeCheckpoints(CHECKPOINTS);
  const checkpoint = resume ? await lastCheckpoint(CHECKPOINTS) : undefined;
  const report = new TrainingReport();
  const keeping = new ModelCheckpoint({ dirpath: CHECKPOINTS, trainTimeInterval: SAVE_EVERY_SECONDS });
  await using trainer = new Trainer(
    { maxEpochs, numSanityValSteps: 0 },
    { runtime, callbacks: [report, keeping] },
  );
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
      post({ kind: "step", epochs: event.epoch + (event.batchIndex + 1) / batches, loss: event.loss, rate });
    } else if (event.type === "trainEpochEnd") {
      const { "val/loss": valLoss = null, "val/acc_top1": accuracy = null } = event.metrics;
      post({ kind: "epoch", epochs: event.epoch + 1, valLoss, accuracy });
      before = performance.now();
    }
  }
  const weights = await trainer.engine!.readWeights();
  const { bytes, labels } = await exportClassifier({ model, data, weights });
  await classifier?.dispose();
  classifier = await Classifier.load(bytes);
  const page = await report.render({ name: architecture, model, data });
  const made = { model: new Uint8Array(bytes), labels: JSON.stringify(labels, undefined, 2), report: page };
  post({ kind: "trained", isWhole: next.value.status === "completed", made });
}

async function classify(picture: Blob): Promise<void> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const [predictions = []] = (await classifier?.predict([bytes])) ?? [];
  post({ kind: "classified", predictions });
}
