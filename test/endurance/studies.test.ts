// Workers of a study that are killed at random every second: 500 trials, none lost, none twice; and what the store costs.
import { describe, expect, test } from "vitest";
import { StudyStore } from "../../src/search/stores/study-store.ts";
import { studyDatabases } from "../search/databases.ts";
import { runWithKills } from "../search/workers.ts";

const TRIALS = 500;
const WORKERS = { SQLite: 4, PostgreSQL: 8 } as const;

describe.each(studyDatabases().databases)("$kind", ({ kind, storage, skipped }) => {
  test.skipIf(skipped)("every trial is finished once", async () => {
    const figures = await runWithKills({
      storage: storage(),
      workers: WORKERS[kind],
      trials: TRIALS,
      killEvery: 1000,
    });
    process.stderr.write(`${kind}: ${figures.kills} kills in ${figures.seconds.toFixed(1)} s\n`);
    expect(figures.finished).toEqual(Array.from({ length: TRIALS }, (_, i) => i));
    expect(figures.endedTwice).toEqual([]);
    await using store = await StudyStore.open(storage());
    for (const { reports, values } of await store.trials(`kills-${TRIALS}`)) {
      expect(reports).toHaveLength(1);
      expect(values).toEqual([reports[0]![1]]);
    }
  });

  test.skipIf(skipped)("what a trial costs in the store", async () => {
    await using store = await StudyStore.open(storage());
    await store.create("cost", { space: [], objectives: [], job: null }, TRIALS);
    const terms = { worker: "one", silence: 60_000, maxRetries: 1, sample: () => ({ x: 1 }) };
    const begin = performance.now();
    for (let number = 0; number < TRIALS; number++) {
      await store.claim("cost", terms);
      await store.report("cost", number, 1, 0.5);
      await store.finish("cost", number, "one", { state: "completed", values: [0.5] });
    }
    const each = (performance.now() - begin) / TRIALS;
    process.stderr.write(`${kind}: ${each.toFixed(2)} ms a trial\n`);
    expect((await store.trials("cost")).filter(({ state }) => state === "completed")).toHaveLength(TRIALS);
  });
});
