// The end of a search: when it is stopped, or when its time is over.

/** A signal that comes with another one, or after a while. Disposing of it lets the process end before. */
export interface TimeLimit extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Aborts with `signal`, or after so many seconds; null: with `signal` alone. The timer is held here: of
 * `AbortSignal.any([signal, AbortSignal.timeout(...)])` Node.js 20 collects the second one, which then never comes.
 */
export function timeLimit(signal: AbortSignal, seconds: number | null): TimeLimit {
  const limited = new AbortController();
  const end = (): void => limited.abort();
  const timer = seconds === null ? undefined : setTimeout(end, seconds * 1000);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return {
    signal: limited.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}
