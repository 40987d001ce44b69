// What the first of several processes does for all.
import { ClassifierTrainingError, type ErrorKind } from "../../core/index.ts";
import type { Collective } from "../../runtime/collective.ts";

/** An error as it is told to other processes. */
interface Told {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;
}

interface Outcome<T> {
  readonly result?: T;
  readonly error?: Told;
}

/**
 * Process 0 does something while the others wait for what comes of it, of which they are given copies. Where it fails, it
 * fails for all, with the same error.
 * @throws what `work` throws
 */
export async function onMainProcess<T>(collective: Collective, work: () => Promise<T>): Promise<T> {
  if (collective.size === 1) return work();
  if (collective.rank > 0) {
    const [outcome] = await collective.gather<Outcome<T> | undefined>(undefined);
    const { result, error } = outcome!;
    if (error === undefined) return result as T;
    const { kind, code, message, ...details } = error;
    throw new ClassifierTrainingError(kind, code, message, details);
  }
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await collective.gather<Outcome<T> | undefined>({ error: toldOf(error) });
    throw error;
  }
  await collective.gather<Outcome<T> | undefined>({ result });
  return result;
}

function toldOf(error: unknown): Told {
  if (error instanceof ClassifierTrainingError) {
    const { kind, code, message, where, hint } = error;
    return { kind, code, message, where, hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failure", code: "UNEXPECTED", message, where: undefined, hint: undefined };
}
