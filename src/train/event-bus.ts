// Delivers each event to the callbacks, one after another, in their order.

import { Callback } from "./callback.ts";
import type { FitContext, TestContext } from "./context.ts";
import { HOOKS, type TrainingEvent } from "./events.ts";
import type { Profiler } from "./profiler.ts";

/** The callbacks in the order in which their hooks run: those that run last behind the others, those that save the run behind all. */
export function inHookOrder(callbacks: readonly Callback[]): Callback[] {
  const rank = ({ runsLast, savesRun }: Callback): number => (savesRun ? 2 : Number(runsLast));
  return [...callbacks].sort((a, b) => rank(a) - rank(b));
}

/** Calls the hook for `event` of every callback that has one and waits for each. */
export async function deliver(
  event: TrainingEvent,
  callbacks: readonly Callback[],
  context: FitContext | TestContext,
  profiler: Profiler,
): Promise<void> {
  const hook = HOOKS[event.type];
  for (const callback of callbacks) {
    const run = callback[hook] as (
      event: TrainingEvent,
      context: FitContext | TestContext,
    ) => void | Promise<void>;
    if (run === Callback.prototype[hook]) continue;
    await profiler.measure(`callback ${callback.stateKey}`, () => run.call(callback, event, context));
  }
}
