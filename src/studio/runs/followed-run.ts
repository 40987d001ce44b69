// A run as its folder tells, read again as far as its files have changed.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFolder } from "../../app/index.ts";
import type { StoredProgress } from "../../app/run/live-progress.ts";
import { RunLock } from "../../app/run/lock/run-lock.ts";
import type { LossPoint } from "../../app/run/loss-curve.ts";
import { EVALUATION_HEADLINES } from "../../core/index.ts";
import { errorLine, type StoredSummary } from "../../report/index.ts";
import type { RunProgress, RunRow, Value } from "./api.ts";
import { MetricsTable } from "./metrics-table.ts";
import { type RunFacts, readFacts } from "./run-facts.ts";
import { type Found, statsOf, versionOf } from "./run-files.ts";

const SHOWN: readonly string[] = [
  ...["train/loss", "val/loss", "test/loss", "train/acc_top1", "train/f1"],
  ...EVALUATION_HEADLINES.flatMap((name) => [`val/${name}`, `test/${name}`]),
];

/** One run's folder. */
export class FollowedRun {
  readonly id: string;
  readonly name: string;
  readonly folder: RunFolder;
  readonly history: MetricsTable;
  facts: RunFacts | undefined;
  row: RunRow | undefined;
  summary: StoredSummary | undefined;
  /** The training loss within the epochs; empty where the run has ended by itself. */
  lossCurve: readonly LossPoint[] = [];
  #isLocked = false;
  /** Whether this user can signal the process that trains in it. */
  #isOwn = false;
  /** Of its configuration and its report. */
  #lasting: readonly [Found, Found] | undefined;
  /** Of the files that say how it is. */
  #versions = "";

  constructor(id: string, name: string, path: string) {
    this.id = id;
    this.name = name;
    this.folder = new RunFolder(path);
    this.history = new MetricsTable(this.folder.metricsFile);
  }

  /** Whether it may change soon. */
  get isLive(): boolean {
    return this.row === undefined || this.row.status === "running";
  }

  /**
   * Looks at the files again. A run that was quiet is asked whether its process lives; one whose files change needs no asking.
   * @param whole whether at the files, too, that stay as they are while a run goes on
   * @returns whether its row is another one
   */
  async refresh(whole: boolean): Promise<boolean> {
    const { folder } = this;
    if (whole || this.#lasting === undefined)
      this.#lasting = await statsOf(join(folder.hydraFolder, "config.yaml"), folder.reportFile);
    const [ofConfig, ofReport] = this.#lasting;
    const changing = await statsOf(folder.summaryFile, folder.metricsFile, folder.progressFile);
    const [ofSummary, ofMetrics, ofProgress] = changing;
    const stats = [...this.#lasting, ...changing];
    if (ofConfig === null) return false;
    const versions = stats.map(versionOf).join();
    const isQuiet = versions === this.#versions;
    this.#versions = versions;
    const wasLocked = this.#isLocked;
    if (ofSummary !== null) this.#isLocked = false;
    else if (isQuiet || !wasLocked) this.#isLocked = await RunLock.isTaken(folder.path).catch(() => false);
    if (isQuiet && wasLocked === this.#isLocked && this.row !== undefined) return false;
    if (this.#isLocked && !wasLocked) this.#isOwn = (await RunLock.process(folder.path)) !== undefined;
    if (this.facts?.started !== ofConfig.mtimeMs) this.facts = await readFacts(folder);
    this.summary = ofSummary === null ? undefined : await readJson<StoredSummary>(folder.summaryFile);
    if (this.summary === undefined) await this.history.refresh(ofMetrics);
    const isLeft = this.summary === undefined && ofProgress !== null;
    const progress = isLeft ? await readJson<StoredProgress>(folder.progressFile) : undefined;
    this.lossCurve = progress?.loss_curve ?? [];
    const changed = Math.max(...stats.map((each) => each?.mtimeMs ?? 0));
    this.row = this.#rowOf(this.#isLocked ? progress : undefined, changed, ofReport !== null);
    return true;
  }

  #rowOf(progress: StoredProgress | undefined, changed: number, hasReport: boolean): RunRow {
    const { summary, facts, folder, history } = this;
    const metrics = summary?.metrics ?? history.latest;
    const isRunning = summary === undefined && this.#isLocked;
    const maxEpochs = facts?.maxEpochs ?? null;
    return {
      id: this.id,
      name: this.name,
      status: summary?.status ?? (isRunning ? "running" : "killed"),
      reason: summary?.reason ?? (summary?.error === undefined ? null : errorLine(summary.error)),
      model: facts?.model ?? summary?.model ?? "",
      started: facts?.started ?? changed,
      changed,
      epochs: summary?.epochs ?? history.rows.at(-1)?.epoch ?? 0,
      maxEpochs,
      progress: progress === undefined ? null : progressOf(progress),
      imagesPerSecond: summary?.images_per_second ?? progress?.images_per_second ?? null,
      metrics: Object.fromEntries(
        SHOWN.flatMap((name): [string, Value][] =>
          metrics[name] === undefined ? [] : [[name, metrics[name] ?? null]],
        ),
      ),
      best: summary?.best === undefined ? null : { ...summary.best, epoch: summary.best.epoch + 1 },
      canBeStopped: isRunning && this.#isOwn,
      canBeResumed: !isRunning && summary?.status !== "completed" && existsSync(folder.lastCheckpoint),
      hasReport,
    };
  }
}

function progressOf({
  phase,
  epoch,
  max_epochs,
  batch,
  batches,
  seconds_left,
  loss,
}: StoredProgress): RunProgress {
  const ofEpoch = phase === "validation" || batches === 0 ? 1 : batch / batches;
  const share = max_epochs === null || max_epochs === 0 ? null : Math.min(1, (epoch + ofEpoch) / max_epochs);
  return { phase, batch, batches, share, secondsLeft: seconds_left, loss };
}

/** Undefined where there is no such file, or none that can be read: it may be written at this moment by something else. */
async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
