// Ends a process that waits for too long until all have joined: MPI holds the main thread meanwhile, and cannot be told to give up.
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { JoiningData } from "./joining.ts";

const { milliseconds, line } = workerData as JoiningData;
setTimeout(() => {
  writeSync(2, `${line}\n`);
  process.kill(process.pid, "SIGKILL");
}, milliseconds);
