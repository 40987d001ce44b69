// A worker: takes trials of a study one after another and runs them, until there are no more or it is stopped.
import { setTimeout } from "node:timers/promises";
import type { ComponentRegistry } from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import {
  bestTrial,
  type Claim,
  hasEnded,
  type Outcome,
  type StoredStudy,
  type StudyStore,
  workerName,
} from "../../search/index.ts";
import { runTrial } from "./run-trial.ts";
import { prunerOf, samplerOf } from "./search-settings.ts";
import type { StudyJob } from "./study-job.ts";
import { overridesOfPoint } from "./trial-overrides.ts";

/** Whose trials are run, and how long. */
export interface WorkRequest {
  readonly store: StudyStore;
  readonly study: StoredStudy;
  readonly registry: ComponentRegistry;
  readonly signal: AbortSignal;
  /** What a training tells. */
  readonly write: (line: string) => void;
  /** A line when a trial begins and when it ends. */
  readonly tell: (line: string) => void;
  /** Overrides of this worker, such as its share of the threads. */
  readonly own: readonly string[];
}

/** Milliseconds between two signs of life. */
const HEARTBEAT = 5000;
/** Milliseconds before a worker with nothing to do asks again: others may die. */
const PAUSE = 2000;
/** Where so many trials have failed and none has ended well, the study is wrong and not the trials. */
const HOPELESS = 3;

/** Works until nothing is left to do. @throws what the first trials have failed with, where none has ended well */
export async function work(request: WorkRequest): Promise<void> {
  const { store, study, signal } = request;
  const { space, objectives, job } = study.definition;
  const { sampler: settings, retries, silence } = job as StudyJob;
  const sampler = samplerOf(settings);
  const directions = objectives.map(({ direction }) => direction);
  const worker = workerName();
  let failures = 0;
  while (!signal.aborted) {
    const claim = await store.claim(study.name, {
      worker,
      sample: (number, trials) => sampler.sample({ space, directions, number, trials }),
      silence: silence * 1000,
      isDead: hasEnded,
      maxRetries: retries,
    });
    if (claim.kind === "done") return;
    if (claim.kind === "wait") {
      await pause(signal);
      continue;
    }
    const failure = await runClaimed(request, worker, claim);
    if (failure === undefined) failures = Number.NEGATIVE_INFINITY;
    else if (++failures >= HOPELESS && (await noneHasEndedWell(store, study.name))) throw failure;
  }
}

/** @returns what the trial has failed with */
async function runClaimed(
  { store, study, registry, signal, write, tell, own }: WorkRequest,
  worker: string,
  { number, point, resumed }: Extract<Claim, { kind: "trial" }>,
): Promise<unknown> {
  const { name, definition } = study;
  const job = definition.job as StudyJob;
  const { objectives } = definition;
  const { direction } = objectives[0]!;
  const pruner = prunerOf(job.pruner);
  tell(`trial ${number}${resumed ? " goes on" : ""}: ${overridesOfPoint(job, point).join(" ")}`);
  const lost = new AbortController();
  let storeLost: unknown;
  let isBeating = false;
  const beat = async (): Promise<void> => {
    if (isBeating) return;
    isBeating = true;
    // A database that is away is not the end before something must be asked.
    const isOwn = await store.heartbeat(name, number, worker).catch(() => true);
    isBeating = false;
    if (!isOwn) lost.abort();
  };
  const timer = setInterval(() => void beat(), HEARTBEAT);
  let outcome: Outcome | undefined;
  let failure: unknown;
  try {
    outcome = await runTrial({
      job,
      objectives,
      number,
      point,
      own,
      registry,
      signal: AbortSignal.any([signal, lost.signal]),
      write,
      hooks: {
        report: async (step, value) => {
          try {
            await store.report(name, number, step, value);
            const trials = await store.trials(name);
            const trial = trials.find((each) => each.number === number)!;
            // Of a trial with several trainings the later steps are those of an earlier one.
            const reports = trial.reports.filter(([at]) => at <= step);
            return pruner.prunes({ ...trial, reports }, trials, direction);
          } catch (error) {
            if (!isLost(error)) throw error;
            storeLost = error;
            lost.abort();
            return false;
          }
        },
      },
    });
  } catch (error) {
    failure = error;
    // A folder in which somebody else still trains: the trial waits for whoever is left.
    if (!(error instanceof ClassifierTrainingError && error.code === "RUN_LOCKED"))
      outcome = { state: "failed", reason: lineOf(error) };
  } finally {
    clearInterval(timer);
  }
  if (storeLost !== undefined) throw storeLost;
  if (lost.signal.aborted) {
    tell(`trial ${number}: another worker has taken it over`);
    return undefined;
  }
  if (outcome === undefined) {
    await store.release(name, number, worker);
    tell(`trial ${number}: interrupted; it goes on from its checkpoint`);
    if (failure !== undefined) await pause(signal);
    return undefined;
  }
  await store.finish(name, number, worker, outcome);
  const best = bestTrial(await store.trials(name), direction);
  tell(
    `trial ${number}: ${describe(outcome, objectives[0]!.metric)}${best === undefined ? "" : `; best is trial ${best.number} with ${text(best.values![0]!)}`}`,
  );
  return outcome.state === "failed" ? failure : undefined;
}

function describe({ state, values, reason }: Outcome, metric: string): string {
  if (state === "completed") return `${metric} ${text(values![0]!)}`;
  return state === "pruned" ? "pruned" : `failed: ${reason}`;
}

const text = (value: number): string => String(Number(value.toPrecision(5)));

const lineOf = (error: unknown): string =>
  error instanceof ClassifierTrainingError ? error.toLine() : String((error as Error).message ?? error);

async function noneHasEndedWell(store: StudyStore, name: string): Promise<boolean> {
  return (await store.trials(name)).every(({ state }) => state !== "completed" && state !== "pruned");
}

const isLost = (error: unknown): boolean =>
  error instanceof ClassifierTrainingError && error.code === "STORE_LOST";

/** Ends early where the work is stopped. */
async function pause(signal: AbortSignal): Promise<void> {
  await setTimeout(PAUSE, undefined, { signal }).catch(() => undefined);
}
