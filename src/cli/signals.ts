// SIGINT and SIGTERM: the first asks the run to stop and save, the second ends the process at once. So does a reader
// of its lines that goes away.
import { BROKEN_PIPE, endInstead } from "./broken-pipe.ts";

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

type StopSignal = keyof typeof SIGNAL_NUMBERS;

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

/** Listens for signals until disposed. */
export function listenForStop(write: (line: string) => void): StopRequest {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (signal: StopSignal): void => {
    if (exitCode !== undefined) process.exit(exitCodeOf(signal));
    exitCode = exitCodeOf(signal);
    write(`${signal}: finishing this step and saving a checkpoint; a second signal ends at once`);
    controller.abort();
  };
  const reader = endInstead(() => {
    exitCode ??= BROKEN_PIPE;
    controller.abort();
  });
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]: () => {
      reader[Symbol.dispose]();
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
