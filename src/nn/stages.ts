// The stages of a network: what is frozen, unfrozen and trained at a rate of its own.
import type { Module } from "./module.ts";

/**
 * Where the stages of a network begin, as paths, in the order of computation: its children, without those that have no
 * parameters; of a child that holds all the others but single layers (`features`, `encoder`), or the classifier among
 * others, its own children.
 * @param classifier the last stage, or a part of it; default: the last child
 */
export function deriveStages(network: Module, classifier?: Module): string[] {
  const take = (module: Module, prefix: string): string[] => {
    const trained = Array.from(module.children()).filter(([, child]) => hasParameters(child));
    const last = classifier ?? (module === network ? trained.at(-1)?.[1] : undefined);
    const before = trained.filter(([, child]) => child !== last && !holds(child, last));
    const composed = before.filter(([, child]) => !child.children().next().done);
    return trained.flatMap(([name, child]) => {
      const opened = holds(child, last) || (composed.length === 1 && child === composed[0]![1]);
      return opened ? take(child, `${prefix}${name}.`) : [`${prefix}${name}`];
    });
  };
  return take(network, "");
}

/**
 * The stage, from 0, of each parameter by name. A stage reaches to the beginning of the next one; what comes before the
 * first (tokens, tables of positions) belongs to it.
 */
export function parameterStages(network: Module, stages: readonly string[]): Map<string, number> {
  let stage = 0;
  const found = new Map<string, number>();
  for (const [name] of network.namedParameters()) {
    const begun = stages.findIndex((path) => name.startsWith(`${path}.`));
    if (begun >= 0) stage = begun;
    found.set(name, stage);
  }
  return found;
}

const hasParameters = (module: Module): boolean => !module.namedParameters().next().done;

/** Whether `part` is somewhere below `module`. */
function holds(module: Module, part: Module | undefined): boolean {
  if (part === undefined || module === part) return false;
  return Array.from(module.namedModules()).some(([, below]) => below === part);
}
