// Delivers each event to the callbacks, one after another, in their order.

import type { FitContext, TestContext } from "./context.ts";
import type { Callback } from "./contracts.ts";
import { HOOKS, type TrainingEvent } from "./events.ts";

/** The callbacks in the order in which their hooks run: those that run last behind the others. */
export function inHookOrder(callbacks: readonly Callback[]): Callback[] {
  return [...callbacks.filter(({ runsLast }) => !runsLast), ...callbacks.filter(({ runsLast }) => runsLast)];
}

/** Calls the hook for `event` of every callback and waits for each. */
export async function deliver(
  event: TrainingEvent,
  callbacks: readonly Callback[],
  context: FitContext | TestContext,
): Promise<void> {
  const hook = HOOKS[event.type];
  for (const callback of callbacks) {
    const run = callback[hook] as (
      event: TrainingEvent,
      context: FitContext | TestContext,
    ) => void | Promise<void>;
    await run.call(callback, event, context);
  }
}
