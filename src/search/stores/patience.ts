// Patience with a database that is away, such as a server that is started anew: what was asked is asked again for a while.
import { setTimeout } from "node:timers/promises";
import { ClassifierTrainingError } from "../../core/index.ts";

/** How long a database may be away. */
export interface Patience {
  /** Milliseconds; default: five minutes. */
  readonly patience?: number;
  /** Nobody waits any more once this is aborted: each question is asked once. */
  readonly signal?: AbortSignal;
}

/** Milliseconds between two attempts: at first, and at most. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [250, 5000];

const NETWORK =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;
/** SQLSTATE: connection exceptions, too many connections, shutdown and recovery, what lost against another transaction. */
const POSTGRES = /^(08\w{3}|53300|57P0[1-3]|40001|40P01)$/;
const SQLITE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN)/;
/** What the driver says without a code. */
const DRIVER =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether an error may be gone the next time. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as NodeJS.ErrnoException).code ?? "");
  return (
    [NETWORK, POSTGRES, SQLITE].some((kind) => kind.test(code)) ||
    DRIVER.test(error.message) ||
    (error instanceof AggregateError && error.errors.some(isAway)) ||
    isAway(error.cause)
  );
}

/**
 * Asks until there is an answer, or an error of another kind.
 * @param noticed called when there was no answer
 * @throws ClassifierTrainingError kind "storage" `STORE_LOST` when patience is at its end
 */
export async function askPatiently<T>(
  ask: () => Promise<T>,
  { where, patience = 300_000, signal, noticed }: Patience & { where: string; noticed: () => void },
): Promise<T> {
  const begin = performance.now();
  for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (!isAway(error)) throw error;
      noticed();
      const waited = performance.now() - begin;
      if (signal?.aborted || waited + wait > patience) throw lost(where, waited, error as Error);
      await setTimeout(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

function lost(where: string, waited: number, cause: Error): ClassifierTrainingError {
  const reasons = cause instanceof AggregateError ? cause.errors.map(String).join(", ") : cause.message;
  const message = `the database does not answer, after ${Math.round(waited / 1000)} s of asking: ${reasons}`;
  return new ClassifierTrainingError("storage", "STORE_LOST", message, {
    where,
    hint: "when it is back the same command goes on, a trial in progress from its checkpoint",
    cause,
  });
}
