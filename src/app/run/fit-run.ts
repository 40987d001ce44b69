// The fit of a training: what it tells on its way, and how far it has come.
import type { StateDict } from "../../nn/index.ts";
import { describeNonFinite, type FitResult, formatProfile, startOfTraining } from "../../train/index.ts";
import { LEAVES_OUT_LAST, leftOutAlone } from "./left-out.ts";
import { LiveProgress } from "./live-progress.ts";
import type { Notify } from "./notices.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { loadPretrained } from "./pretrained.ts";
import { writeProfile } from "./profile.ts";
import { Throughput } from "./throughput.ts";

/** How far a training has come, for its summary, that of a failed one too. */
export class RunProgress {
  readonly throughput: Throughput = new Throughput();
  readonly #started = performance.now();
  latest: FitResult = {
    status: "failed",
    reason: undefined,
    progress: startOfTraining(),
    metrics: {},
    profile: undefined,
  };

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}

/** Fits the model; `progress` follows. */
export async function fitRun(
  prepared: PreparedRun,
  progress: RunProgress,
  signal: AbortSignal | undefined,
): Promise<FitResult> {
  const { fitted, trainer, checkpoint, identity, collective } = prepared;
  // What all processes find alike, the first tells.
  const notify: Notify = collective.rank === 0 ? prepared.notify : () => undefined;
  const isToldOf = collective.rank === 0 && trainer.options.fastDevRun === 0;
  await using live = isToldOf
    ? new LiveProgress(prepared.run.folder.progressFile, trainer.options.maxEpochs)
    : undefined;
  const fit = trainer.fit(fitted.model, fitted.data, {
    checkpoint,
    weights: checkpoint === undefined ? await firstWeights(prepared, signal) : undefined,
    identity,
    ...(signal === undefined ? {} : { signal }),
  });
  for (;;) {
    const { done, value } = await fit.next();
    if (done) {
      progress.latest = { ...value, progress: { ...value.progress } };
      await tellProfile(prepared, value);
      return value;
    }
    live?.follow(value);
    if (value.type === "nonFinite") notify("WARNING", `${describeNonFinite(value)}; going on without it`);
    if (value.type === "trainStart" && value.leavesOutLast) notify("WARNING", LEAVES_OUT_LAST);
    if (value.type !== "trainEpochEnd") continue;
    if (value.leftOut > 0) notify("WARNING", leftOutAlone(value.leftOut));
    progress.throughput.add(value.timing);
    progress.latest = { ...progress.latest, progress: { ...value.progress }, metrics: value.metrics };
  }
}

/** Published weights are fetched by the first process; where hosts share a cache the others find them there. */
async function firstWeights(
  { model, collective, notify }: PreparedRun,
  signal: AbortSignal | undefined,
): Promise<StateDict | undefined> {
  if (collective.rank > 0) await collective.barrier();
  const weights = await loadPretrained(model, notify, signal);
  if (collective.rank === 0) await collective.barrier();
  return weights;
}

async function tellProfile(
  { run, settings, notify, collective }: PreparedRun,
  { profile }: FitResult,
): Promise<void> {
  if (profile === undefined || collective.rank > 0) return;
  notify("INFO", `where the time went:\n${formatProfile(profile)}`);
  if ((settings.trainer.fastDevRun ?? 0) === 0) await writeProfile(run.folder, profile);
}
