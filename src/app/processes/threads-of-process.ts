// How many compute threads one of several processes takes that is not told.
import { hostname } from "node:os";
import { allowedProcessors, physicalCores } from "../../platform/physical-cores.ts";
import type { Collective } from "../../runtime/collective.ts";

/** What a process may use, and where. */
export interface Binding {
  readonly host: string;
  /** The processors that it is bound to, such as `0-3`. */
  readonly processors: string;
  /** Physical cores of these. */
  readonly cores: number;
}

/** What this process may use. */
export function ownBinding(): Binding {
  return { host: hostname(), processors: allowedProcessors() ?? "", cores: physicalCores() };
}

/** Cores of a process, shared with those on its host that are bound to the same ones: at least 1. */
export function threadsOf(own: Binding, all: readonly Binding[]): number {
  const sharing = all.filter(({ host, processors }) => host === own.host && processors === own.processors);
  return Math.max(1, Math.floor(own.cores / Math.max(1, sharing.length)));
}

/** Compute threads of each of several processes; undefined for one alone, which takes what its runtime does. */
export async function threadsOfProcess(collective: Collective): Promise<number | undefined> {
  if (collective.size === 1) return undefined;
  const own = ownBinding();
  return threadsOf(own, await collective.gather(own));
}
