// SIGINT, SIGTERM and SIGUSR1: the first asks the run to stop and save, the second ends the process at once. So does a reader
// of its lines that goes away.
import { processesStarted } from "../platform/launcher.ts";
import { BROKEN_PIPE, endInstead } from "./broken-pipe.ts";

/** SIGUSR1 is what schedulers send ahead of the end: it ends a run as SIGTERM does. */
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGUSR1: 15 } as const;

/** Milliseconds in which a signal that comes again is the same: a launcher passes on what its processes get as well. */
const SAME_REQUEST = 1000;

type StopSignal = keyof typeof SIGNAL_NUMBERS;
const SIGNALS = Object.keys(SIGNAL_NUMBERS) as StopSignal[];

/** Exit code of a process that a signal ended: 128 + its number. */
function exitCodeOf(signal: StopSignal): number {
  return 128 + SIGNAL_NUMBERS[signal];
}

/** Whether the process was asked to stop, and the exit code that says so. Disposing of it gives the signals back. */
export interface StopRequest extends Disposable {
  readonly signal: AbortSignal;
  /** 130 or 143 once a signal came, 141 once nobody reads the lines any more. */
  readonly exitCode: number | undefined;
}

/**
 * Listens for signals until disposed.
 * @param whatFollows what is said to be done about the first one
 */
export function listenForStop(
  write: (line: string) => void,
  whatFollows = "finishing this step and saving a checkpoint",
): StopRequest {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let asked = 0;
  const isLaunched = processesStarted() > 1;
  const stop = (signal: StopSignal): void => {
    const again = exitCode !== undefined;
    if (again && isLaunched && performance.now() - asked < SAME_REQUEST) return;
    if (again) process.exit(exitCodeOf(signal));
    asked = performance.now();
    exitCode = exitCodeOf(signal);
    write(`${signal}: ${whatFollows}; a second signal ends at once`);
    controller.abort();
  };
  const reader = endInstead(() => {
    exitCode ??= BROKEN_PIPE;
    controller.abort();
  });
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]: () => {
      reader[Symbol.dispose]();
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}
