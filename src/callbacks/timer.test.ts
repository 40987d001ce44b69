import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RowLogger, type Run, run, SaveWhenInterrupted } from "../../test/train/run.ts";
import { Callback, loadCheckpointOrPrevious } from "../train/index.ts";
import { Timer, type TimerOptions } from "./timer.ts";

/** A clock that each batch moves on: those of training by 4 seconds, those of validation by 1. */
class Hours extends Callback {
  override readonly stateKey = "Hours";
  now = 0;
  override onTrainBatchEnd(): void {
    this.now += 4000;
  }
  override onValidationBatchEnd(): void {
    this.now += 1000;
  }
}

/** Epochs of three steps: 12 seconds, and 2 for their validation. */
function timed(options: TimerOptions, more: Parameters<typeof run>[0] = {}, callbacks: Callback[] = []) {
  const hours = new Hours();
  const timer = new Timer({ ...options, clock: () => hours.now });
  const parts = { ...more.parts, callbacks: [hours, timer, ...callbacks] };
  const outcome = run({ ...more, options: { maxEpochs: 4, numSanityValSteps: 1 }, parts });
  return { timer, outcome };
}

test.each<[TimerOptions, number, number, { train: number; val: number; left: number | undefined }]>([
  [{}, 12, 4, { train: 56, val: 8, left: undefined }],
  [{ duration: 15 }, 4, 2, { train: 20, val: 4, left: 0 }],
  [{ duration: "00:00:00:20" }, 5, 2, { train: 24, val: 4, left: 0 }],
  [{ duration: 20, interval: "epoch" }, 6, 2, { train: 28, val: 4, left: 0 }],
  [{ duration: "01:00:00:56" }, 12, 4, { train: 56, val: 8, left: 86400 }],
])(
  "%o ends the fit after %i steps, the epoch validated",
  async (options, step, epoch, { train, val, left }) => {
    const { timer, outcome } = timed(options);
    const { result } = await outcome;
    // As `trainer.max_time` ends it.
    expect(result).toMatchObject({ status: "completed", reason: undefined, progress: { step, epoch } });
    expect([timer.timeElapsed("train"), timer.timeElapsed("val"), timer.timeRemaining()]).toEqual([
      train,
      val,
      left,
    ]);
  },
);

test("an epoch's row has the time, validation included", async () => {
  const logger = new RowLogger();
  await timed({ duration: 100 }, { parts: { loggers: [logger] } }).outcome;
  expect(logger.rows.filter(({ kind }) => kind === "epoch").map(({ metrics }) => metrics)).toMatchObject(
    [1, 2, 3, 4].map((epoch) => ({
      "timer/train_seconds": 14 * epoch,
      "timer/val_seconds": 2 * epoch,
      "timer/remaining_seconds": 100 - 14 * epoch,
    })),
  );
});

test("what went before a resumption counts, and a fit whose time is up trains no further", async () => {
  const folder = await mkdtemp(join(tmpdir(), "timer-"));
  try {
    const path = join(folder, "cut.safetensors");
    const resumed = async (duration: number): Promise<Run> => {
      const checkpoint = await loadCheckpointOrPrevious(path);
      return timed({ duration }, { fit: { checkpoint } }).outcome;
    };
    const controller = new AbortController();
    const cut = await timed(
      { duration: 100 },
      {
        fit: { signal: controller.signal },
        watch: ({ type }) => type === "trainEpochEnd" && controller.abort(),
      },
      [new SaveWhenInterrupted(path)],
    ).outcome;
    expect(cut.result).toMatchObject({ status: "interrupted", progress: { step: 3 } });
    // 14 seconds are over: the one that is left takes a step.
    expect((await resumed(15)).result.progress).toMatchObject({ epoch: 2, step: 4 });
    expect((await resumed(14)).result).toMatchObject({
      status: "completed",
      progress: { epoch: 1, step: 3 },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a duration is text of four parts or seconds above 0", () => {
  for (const duration of ["12:00", "00:24:00:00", 0, -1]) expect(() => new Timer({ duration })).toThrow();
});
