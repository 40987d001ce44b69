// A run's folder: configuration, metrics, checkpoints, export and summary in known places.
import { existsSync } from "node:fs";
import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { type AppliedLabelChanges, formatSplit, type SplitFile } from "../../data/index.ts";
import { removeFile, writeDurably, writeFailed } from "../../platform/index.ts";
import type { Stage } from "../../train/index.ts";

/** Where everything of a run lies. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get checkpoints(): string {
    return join(this.path, "checkpoints");
  }

  get lastCheckpoint(): string {
    return join(this.checkpoints, "last.safetensors");
  }

  get bestCheckpoint(): string {
    return join(this.checkpoints, "best.safetensors");
  }

  get metricsFile(): string {
    return join(this.path, "metrics.csv");
  }

  get splitFile(): string {
    return join(this.path, "split.json");
  }

  /** The list of changed labels that the run's data was opened with. */
  get labelChangesFile(): string {
    return join(this.path, "label_changes.jsonl");
  }

  get modelFile(): string {
    return join(this.path, "model.onnx");
  }

  get summaryFile(): string {
    return join(this.path, "summary.json");
  }

  /** How far a training is at the moment; there only while it goes on, or was killed. */
  get progressFile(): string {
    return join(this.path, "progress.json");
  }

  /** A row per epoch: where its time went. */
  get timingFile(): string {
    return join(this.path, "timing.csv");
  }

  /** A row per validation sample: what the best weights say about it. */
  get predictionsFile(): string {
    return join(this.path, "predictions.csv");
  }

  /** Of a cross-validation: a row per picture, what the fold says of it that has not seen it. */
  get outOfFoldFile(): string {
    return join(this.path, "out_of_fold.csv");
  }

  /** Where the time of a fit went, with `trainer.profiler`. */
  profileFile(kind: "json" | "txt"): string {
    return join(this.path, `profile.${kind}`);
  }

  get environmentFile(): string {
    return join(this.path, "environment.json");
  }

  get reportFile(): string {
    return join(this.path, "report.html");
  }

  get modelCardFile(): string {
    return join(this.path, "model_card.md");
  }

  /** A row per setting: its value and what set it. */
  get originsFile(): string {
    return join(this.hydraFolder, "origins.csv");
  }

  /** Features of a split that a linear probe has computed. */
  featuresFile(stage: Stage): string {
    return join(this.path, "features", `${stage}.safetensors`);
  }

  get hydraFolder(): string {
    return join(this.path, ".hydra");
  }

  /** Makes the folder. @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`. */
  async create(): Promise<void> {
    try {
      await mkdir(this.hydraFolder, { recursive: true });
    } catch (error) {
      throw writeFailed(this.path, error);
    }
  }

  /** Writes how the pictures were split, for what is done with the run later; undefined where they came split. */
  async writeSplit(split: SplitFile | undefined): Promise<void> {
    if (split === undefined) await removeFile(this.splitFile);
    else await this.write(this.splitFile, formatSplit(split));
  }

  /** Keeps the list of changed labels for what is done with the run later. */
  async writeLabelChanges(applied: AppliedLabelChanges | undefined): Promise<void> {
    if (applied === undefined) await removeFile(this.labelChangesFile);
    else await this.write(this.labelChangesFile, applied.text);
  }

  /** Writes a file of the folder whole or not at all. */
  async write(path: string, text: string): Promise<void> {
    await writeDurably(path, [new TextEncoder().encode(text)]);
  }
}

/** The folder of the run that a checkpoint, an export or a folder belongs to. */
export function runFolderOf(path: string): RunFolder {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".hydra", "config.yaml"))) return new RunFolder(folder);
    if (folder === dirname(folder)) break;
  }
  throw new ClassifierTrainingError("usage", "NOT_A_RUN", "this is no run's folder, nor a file in one", {
    where: path,
    hint: "give a folder such as outputs/<date>/<time>",
  });
}

/** Folders deeper than this below the one that is searched are not looked into. */
const DEEPEST = 6;

/** Whether a folder holds the jobs of a sweep, or the trials of a study. */
const isSweep = (path: string): boolean =>
  ["multirun.yaml", "study.json"].some((name) => existsSync(join(path, name)));

/** Every run at or below a folder, in no order. @param sweeps whether the jobs of sweeps and the trials of studies count */
export async function runsBelow(root: string, sweeps: boolean): Promise<RunFolder[]> {
  const found = await foldersBelow(root, (path) =>
    existsSync(join(path, ".hydra", "config.yaml")) ? "found" : !sweeps && isSweep(path) ? "closed" : "open",
  );
  return found.map((path) => new RunFolder(path));
}

/** The folder of every study at or below a folder, in no order. */
export function studiesBelow(root: string): Promise<string[]> {
  return foldersBelow(root, (path) => (existsSync(join(path, "study.json")) ? "found" : "open"));
}

/** Folders that are found, and not looked into; neither are closed ones, nor links. */
async function foldersBelow(
  root: string,
  judge: (path: string) => "found" | "closed" | "open",
): Promise<string[]> {
  const search = async (path: string, depth: number): Promise<string[]> => {
    const judged = judge(path);
    if (judged === "found") return [path];
    if (depth === DEEPEST || judged === "closed") return [];
    const entries = await readdir(path, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    return (await Promise.all(folders.map(({ name }) => search(join(path, name), depth + 1)))).flat();
  };
  return existsSync(root) ? search(resolve(root), 0) : [];
}

/** The run below `outputs` whose `file` is the newest; jobs of sweeps are left out. */
export async function newestRun(
  outputs: string,
  file: (run: RunFolder) => string,
): Promise<RunFolder | undefined> {
  const runs = (await runsBelow(outputs, false)).filter((run) => existsSync(file(run)));
  const times = await Promise.all(runs.map(async (run) => (await stat(file(run))).mtimeMs));
  return runs[times.indexOf(Math.max(...times))];
}
