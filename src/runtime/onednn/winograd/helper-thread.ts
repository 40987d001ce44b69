// A helper of the compute thread: sleeps until there is a phase to do its share of.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { loadLibrary } from "../ffi/index.ts";
import { placeOfThisThread, type Ready } from "./helper.ts";
import type { Phase } from "./work.ts";
import { CONTROL, type Errand, type HelperData, SPINS, Workshop } from "./workshop.ts";

const { control, memory, address, thread } = workerData as HelperData;
const port = parentPort!;
const library = await loadLibrary();
library.setThreads(1);
const workshop = new Workshop(library, memory, address);
const errands: (readonly Phase[])[] = [];

function receive(): void {
  for (let received = receiveMessageOnPort(port); received !== undefined; ) {
    errands.push(workshop.ready(received.message as Errand));
    received = receiveMessageOnPort(port);
  }
}

function work(): void {
  const errand = control[CONTROL.errand]!;
  if (errand >= errands.length) receive();
  errands[errand]![control[CONTROL.phase]!]!(thread);
}

port.postMessage(placeOfThisThread() satisfies Ready);
for (let turn = 0; ; turn++) {
  for (let spin = 0; spin < SPINS && Atomics.load(control, CONTROL.turn) === turn; spin++);
  while (Atomics.load(control, CONTROL.turn) === turn) Atomics.wait(control, CONTROL.turn, turn);
  try {
    work();
  } catch (error) {
    console.error(error);
    Atomics.store(control, CONTROL.failed, 1);
  }
  if (Atomics.sub(control, CONTROL.busy, 1) === 1) Atomics.notify(control, CONTROL.busy);
}
