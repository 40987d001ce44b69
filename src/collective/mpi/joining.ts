// The time that processes have to find each other.
import { hostname } from "node:os";
import { startThread } from "../../platform/threads.ts";

/** What the thread is told. */
export interface JoiningData {
  readonly milliseconds: number;
  /** What it says before it ends the process. */
  readonly line: string;
}

/** Milliseconds: hosts may start minutes apart, where all read the same programs over a network. */
const JOINING = 5 * 60_000;
/** Seconds to allow instead. */
const JOINING_VARIABLE = "CLASSIFIER_TRAINING_JOINING_SECONDS";

/** Does what waits until all have joined; where that takes too long, the process says so and ends. */
export async function withinJoiningTime<T>(
  environment: NodeJS.ProcessEnv,
  join: () => Promise<T>,
): Promise<T> {
  const given = Number(environment[JOINING_VARIABLE]);
  const milliseconds = given > 0 ? given * 1000 : JOINING;
  const line = `error: the process on ${hostname()} has waited ${milliseconds / 1000} s for others that were started with it and do not join; see whether one hangs, or allow more in ${JOINING_VARIABLE} [COLLECTIVE_FAILED]`;
  const data: JoiningData = { milliseconds, line };
  const thread = startThread("./joining-thread", import.meta.url, { workerData: data });
  thread.unref();
  try {
    return await join();
  } finally {
    await thread.terminate();
  }
}
