// The training that is killed, stopped and starved: a real process of the command line on a few tiny pictures.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readJSONLines } from "../../src/loggers/index.ts";
import { hashContent, loadCheckpoint, loadCheckpointOrPrevious } from "../../src/train/index.ts";
import { mpiEnvironment } from "../collective/mpirun.ts";
import {
  type CommandResult,
  type StartedCommand,
  start,
  TINY_NETWORK,
  writeColourPictures,
} from "../e2e/command.ts";
import type { Failpoint } from "./failpoint.ts";

const FAILPOINT = join(import.meta.dirname, "failpoint.ts");

/** Optimizer steps between two checkpoints. */
export const CHECKPOINT_INTERVAL = 2;

const SETTINGS: readonly string[] = [
  "--import",
  TINY_NETWORK,
  "--import",
  FAILPOINT,
  "data.root=photos",
  "model=tiny",
  "model.learning_rate=0.02",
  "model.warmup_epochs=0",
  "optimizer=sgd",
  "data.image_size=8",
  "data.batch_size=4",
  "data.num_workers=0",
  "transforms=default",
  "callbacks=minimal",
  "callbacks.progress.interval=0.001",
  `callbacks.model_checkpoint.every_n_train_steps=${CHECKPOINT_INTERVAL}`,
  "logger=[csv,jsonl]",
  "runtime=onnxruntime",
  "trainer.num_sanity_val_steps=0",
  "trainer.log_every_n_steps=1",
];

/** A run whose second epoch replaces the best checkpoint of the first, which is removed. */
export const REPLACING: Pick<TrainingRequest, "epochs" | "words"> = {
  epochs: 2,
  words: [
    "callbacks.model_checkpoint.monitor=val/loss",
    "callbacks.model_checkpoint.mode=min",
    "callbacks.model_checkpoint.filename='{epoch}'",
  ],
};

/** The pictures: 12 to train with, so 3 steps an epoch, and 6 to validate with. */
export function writePictures(folder: string): Promise<void> {
  return writeColourPictures(join(folder, "photos"), { train: 4, val: 2 });
}

export interface TrainingRequest {
  /** Where the pictures lie. */
  readonly cwd: string;
  /** The run's folder, below `cwd`. */
  readonly name: string;
  readonly epochs: number;
  /** Default: no file operation fails. */
  readonly failpoints?: readonly Failpoint[];
  /** Further settings. */
  readonly words?: readonly string[];
  /** Started together by mpirun; default: one, by itself. */
  readonly processes?: number;
}

/** Starts the training, or goes on with it where its folder has a checkpoint. */
export function startTraining({
  cwd,
  name,
  epochs,
  failpoints = [],
  words = [],
  processes = 1,
}: TrainingRequest): StartedCommand {
  const settings = [`hydra.run.dir=${name}`, "ckpt=last", `trainer.max_epochs=${epochs}`, ...words];
  const environment = { FAILPOINTS: JSON.stringify(failpoints) };
  const command = ["train", ...SETTINGS, ...settings];
  if (processes === 1) return start(cwd, command, environment);
  const launcher = ["mpirun", "-n", String(processes)];
  return start(cwd, command, { ...mpiEnvironment, ...environment }, launcher);
}

/** The names of the file operations of a whole run, in order. */
export async function recordOperations(request: TrainingRequest): Promise<string[]> {
  const file = join(request.cwd, `${request.name}-operations.txt`);
  await trainToTheEnd({ ...request, failpoints: [{ kind: "record", file }] });
  return (await readFile(file, "utf8")).trim().split("\n");
}

/** Trains to the end. @throws an Error with what the process wrote where it failed */
export async function trainToTheEnd(request: TrainingRequest): Promise<CommandResult> {
  const result = await startTraining(request).ended;
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.stderr}`);
  return result;
}

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Everything of a finished run that must not depend on where it was stopped. */
export async function outcomeOf(folder: string): Promise<unknown> {
  const [last, best] = await Promise.all(
    ["last", "best"].map((name) => loadCheckpoint(join(folder, "checkpoints", `${name}.safetensors`))),
  );
  return {
    last: await stateDigest(last!),
    best: await stateDigest(best!),
    model: sha256(await readFile(join(folder, "model.onnx"))),
    csv: await readFile(join(folder, "metrics.csv"), "utf8"),
    checkpoints: (await readdir(join(folder, "checkpoints"))).sort(),
    rows: await readJSONLines(join(folder, "metrics.jsonl")),
  };
}

/** Hash of all tensors and of the state, the time that it took left out. */
export function stateDigest({
  kind,
  tensors,
  state,
}: Awaited<ReturnType<typeof loadCheckpoint>>): Promise<string> {
  const timeless = JSON.stringify(state, (key, value: unknown) => (key === "seconds" ? undefined : value));
  return hashContent(kind, timeless, tensors);
}

export interface Remains {
  /** Optimizer steps of the newest checkpoint that loads; 0 where none was ever written. */
  readonly checkpoint: number;
  /** The last optimizer step that was logged. */
  readonly logged: number;
}

/**
 * What a run that ended early has left.
 * @throws ClassifierTrainingError where there are checkpoints, and none of them loads
 */
export async function remainsOf(folder: string): Promise<Remains> {
  const rows = await readJSONLines(join(folder, "metrics.jsonl"));
  const logged = Math.max(0, ...rows.map(({ step }) => step));
  const checkpoints = await readdir(join(folder, "checkpoints")).catch(() => []);
  if (!checkpoints.some((name) => /^last(\.previous)?\.safetensors$/.test(name)))
    return { checkpoint: 0, logged };
  const { state } = await loadCheckpointOrPrevious(join(folder, "checkpoints", "last.safetensors"));
  return { checkpoint: (state as { progress: { step: number } }).progress.step, logged };
}

/** Files that were begun and never finished. */
export async function temporaryFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(".tmp"));
}
