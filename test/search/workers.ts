// Runs a study with several processes of which one after the other is killed at random, and counts what came of it.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { StudyStore } from "../../src/search/stores/study-store.ts";

/** How many processes, trials and kills. */
export interface KillRequest {
  readonly storage: string;
  readonly workers: number;
  readonly trials: number;
  /** Milliseconds between two kills. */
  readonly killEvery: number;
  /** Most kills; default: as many as there is time for. */
  readonly mostKills?: number;
  readonly objective?: number;
}

/** What came of it. */
export interface KillFigures {
  /** Numbers of the trials that are completed, in order. */
  readonly finished: readonly number[];
  /** Numbers that two workers believe to have ended. */
  readonly endedTwice: readonly number[];
  readonly kills: number;
  readonly seconds: number;
}

/** A process that was killed is replaced by a new one, until all trials have ended. */
export async function runWithKills(request: KillRequest): Promise<KillFigures> {
  const {
    storage,
    workers,
    trials,
    killEvery,
    mostKills = Number.POSITIVE_INFINITY,
    objective = 20,
  } = request;
  const study = `kills-${trials}`;
  await using store = await StudyStore.open(storage);
  await store.create(
    study,
    { space: [], objectives: [{ metric: "val/loss", direction: "minimize" }], job: null },
    trials,
  );
  const begin = performance.now();
  const ended: number[] = [];
  const running = new Set<ChildProcess>();
  /** Those that are at work: to kill others would only keep them from it. */
  const atWork = new Set<ChildProcess>();
  let kills = 0;
  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const words = [
        "--import",
        "tsx",
        join(import.meta.dirname, "worker.ts"),
        storage,
        study,
        String(objective),
      ];
      const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
      running.add(child);
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        atWork.add(child);
      });
      child.once("close", (code, signal) => {
        running.delete(child);
        atWork.delete(child);
        ended.push(
          ...text
            .split("\n")
            .filter((line) => /^\d+$/.test(line))
            .map(Number),
        );
        if (signal === "SIGKILL") start().then(resolve, reject);
        else if (code === 0) resolve();
        else reject(new Error(`a worker ended with ${code}`));
      });
    });
  const all = Promise.all(Array.from({ length: workers }, start));
  const done = async (): Promise<number[]> =>
    (await store.trials(study)).flatMap(({ state, number }) => (state === "completed" ? [number] : []));
  try {
    // In the end nobody is killed any more, so that the last ones can end.
    while (kills < mostKills && running.size > 0 && (await done()).length < trials * 0.9) {
      await new Promise((resolve) => setTimeout(resolve, killEvery));
      const victims = [...atWork];
      const victim = victims[Math.floor(Math.random() * victims.length)];
      if (victim === undefined || !victim.kill("SIGKILL")) continue;
      atWork.delete(victim);
      kills++;
    }
    await all;
  } finally {
    for (const child of running) child.kill("SIGKILL");
  }
  return {
    finished: await done(),
    endedTwice: ended.filter((number, i) => ended.indexOf(number) !== i),
    kills,
    seconds: (performance.now() - begin) / 1000,
  };
}
