// Many small dispatches of one kernel become one: updates of running statistics, of counters, of small gradients.
import type { Dispatch } from "./dispatch.ts";

/** Dispatches with the same code and bindings that lie next to each other, as one with a segment for each. */
export function mergeNeighbours(dispatches: readonly Dispatch[]): Dispatch[] {
  const merged: Dispatch[] = [];
  for (const dispatch of dispatches) {
    const last = merged.at(-1);
    if (last !== undefined && canMerge(last, dispatch)) {
      merged[merged.length - 1] = {
        ...last,
        scope: "",
        bindings: last.bindings.map((binding, i) => ({
          ...binding,
          bytes: binding.bytes + dispatch.bindings[i]!.bytes,
        })),
        segments: [...last.segments, ...dispatch.segments],
        workgroups: [
          Math.max(last.workgroups[0], dispatch.workgroups[0]),
          1,
          last.workgroups[2] + dispatch.workgroups[2],
        ],
      };
    } else merged.push(dispatch);
  }
  return merged;
}

function canMerge(a: Dispatch, b: Dispatch): boolean {
  return (
    a.mergeable &&
    b.mergeable &&
    a.code === b.code &&
    a.workgroups[1] === 1 &&
    b.workgroups[1] === 1 &&
    a.bindings.length === b.bindings.length &&
    a.bindings.every(
      ({ region, written }, i) => b.bindings[i]!.region === region && b.bindings[i]!.written === written,
    )
  );
}
