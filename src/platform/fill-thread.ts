// A thread that carries out fillings until none is left.
import { parentPort, workerData } from "node:worker_threads";
import { filler } from "./fill.ts";
import type { FillTask } from "./fill-in-threads.ts";

const { module, fillings, taken } = workerData as FillTask;
const carryOut = filler(module);
for (;;) {
  const filling = fillings[Atomics.add(taken, 0, 1)];
  if (filling === undefined) break;
  carryOut(filling);
}
parentPort?.postMessage("done");
