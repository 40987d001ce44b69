// A worker of tests: takes trials from a store until there are no more, each with an objective of a few milliseconds.
import { StudyStore } from "../../src/search/stores/study-store.ts";
import { hasEnded, workerName } from "../../src/search/stores/worker-identity.ts";

const [storage = "", study = "", milliseconds = "20"] = process.argv.slice(2);
const worker = workerName();
await using store = await StudyStore.open(storage);
const request = {
  worker,
  sample: (number: number) => ({ x: (number % 100) / 100 }),
  silence: 30_000,
  isDead: hasEnded,
  maxRetries: 1000,
};
process.stdout.write("ready\n");
for (;;) {
  const claim = await store.claim(study, request);
  if (claim.kind === "done") break;
  if (claim.kind === "trial") {
    await new Promise((resolve) => setTimeout(resolve, Number(milliseconds)));
    await store.report(study, claim.number, 1, Number(claim.point.x));
    const ended = await store.finish(study, claim.number, worker, {
      state: "completed",
      values: [Number(claim.point.x)],
    });
    // Whoever starts this process reads the lines: what a worker believes to have ended.
    if (ended) process.stdout.write(`${claim.number}\n`);
  } else await new Promise((resolve) => setTimeout(resolve, 20));
}
