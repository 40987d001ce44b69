// progress.json: how far a training is at this moment, for whoever looks at its folder while it goes on.
import { rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { EpochPace } from "../../callbacks/epoch-pace.ts";
import type { TrainingEvent } from "../../train/index.ts";
import { LossCurve, type LossPoint } from "./loss-curve.ts";

/** The keys of `progress.json`; null where nothing is known yet. */
export interface StoredProgress {
  readonly phase: "training" | "validation";
  /** From 0. */
  readonly epoch: number;
  /** Null: without an end. */
  readonly max_epochs: number | null;
  /** Batches of the phase that are done, and that it has. */
  readonly batch: number;
  readonly batches: number;
  readonly images_per_second: number | null;
  /** Of training alone, as it goes in this epoch. */
  readonly seconds_left: number | null;
  /** Mean of the epoch so far. */
  readonly loss: number | null;
  /** Of the training since its process began. */
  readonly loss_curve: readonly LossPoint[];
}

/** Milliseconds between two writes. */
const INTERVAL = 1000;

/**
 * Follows a fit and keeps the file up to date, at most once a second and without making the fit wait. Disposing of it
 * removes the file; a run that is killed leaves it.
 */
export class LiveProgress implements AsyncDisposable {
  readonly #path: string;
  readonly #maxEpochs: number;
  readonly #curve = new LossCurve();
  #pace = new EpochPace(0);
  #epoch = 0;
  #batches = 0;
  /** Of training, in the epoch so far. */
  #trained = 0;
  #training = 0;
  #written = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;

  constructor(path: string, maxEpochs: number) {
    this.#path = path;
    this.#maxEpochs = maxEpochs;
  }

  /** Takes each event of the fit. */
  follow(event: TrainingEvent): void {
    const now = performance.now();
    switch (event.type) {
      case "trainEpochStart":
        this.#pace = new EpochPace(now);
        this.#epoch = event.epoch;
        this.#training = event.batchCount;
        this.#trained = event.startBatch;
        break;
      case "trainBatchEnd":
        this.#pace.add(event, now);
        this.#trained = event.batchIndex + 1;
        this.#curve.add(event.epoch + this.#trained / this.#training, event);
        this.#write("training", this.#trained, this.#training, now);
        break;
      case "validationStart":
        this.#batches = event.batchCount;
        break;
      case "validationBatchEnd":
        if (!event.sanityCheck) this.#write("validation", event.batchIndex + 1, this.#batches, now);
        break;
    }
  }

  #write(phase: StoredProgress["phase"], batch: number, batches: number, now: number): void {
    if (this.#writing !== undefined || now - this.#written < INTERVAL) return;
    this.#written = now;
    const left = (this.#maxEpochs - this.#epoch) * this.#training - this.#trained;
    const known = (value: number | undefined): number | null =>
      value !== undefined && Number.isFinite(value) ? value : null;
    const progress: StoredProgress = {
      phase,
      epoch: this.#epoch,
      max_epochs: known(this.#maxEpochs),
      batch,
      batches,
      images_per_second: known(this.#pace.imagesPerSecond()),
      seconds_left: known(this.#pace.secondsFor(left)),
      loss: known(this.#pace.loss),
      loss_curve: this.#curve.points,
    };
    this.#writing = replace(this.#path, `${JSON.stringify(progress)}\n`).finally(() => {
      this.#writing = undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}

/** Whole or not at all, without waiting for the disk; one that cannot be written is no reason to end a training. */
async function replace(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}
