// Several objectives at once: what is not beaten in all of them, and what of that is spread the widest.
import { compareValues, type Direction, type Trial } from "./trial.ts";

/** Whether `a` is nowhere worse than `b`, and somewhere better. */
export function dominates(
  a: readonly number[],
  b: readonly number[],
  directions: readonly Direction[],
): boolean {
  const signs = directions.map((direction, i) => compareValues(a[i]!, b[i]!, direction));
  return signs.every((sign) => sign <= 0) && signs.some((sign) => sign < 0);
}

/** The completed trials that no other one dominates. */
export function paretoFront(trials: readonly Trial[], directions: readonly Direction[]): Trial[] {
  const done = trials.filter(({ state, values }) => state === "completed" && values?.every(Number.isFinite));
  return done.filter((trial) => !done.some((other) => dominates(other.values!, trial.values!, directions)));
}

/**
 * The indices of values from the best on: front after front (non-dominated sorting), in a front those with the most room
 * around them first (crowding distance), both as in NSGA-II of Deb et al. (2002).
 */
export function paretoOrder(
  values: readonly (readonly number[])[],
  directions: readonly Direction[],
): number[] {
  let left = values.map((_, i) => i);
  const order: number[] = [];
  while (left.length > 0) {
    const front = left.filter((i) => !left.some((j) => dominates(values[j]!, values[i]!, directions)));
    const room = crowding(front.map((i) => values[i]!));
    const sorted = front.map((i, at) => [i, room[at]!] as const).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    order.push(...sorted.map(([i]) => i));
    left = left.filter((i) => !front.includes(i));
  }
  return order;
}

/** For each point the distance between its neighbours, summed over the objectives; infinite at the ends. */
function crowding(values: readonly (readonly number[])[]): number[] {
  const room = new Array<number>(values.length).fill(0);
  for (let objective = 0; objective < (values[0]?.length ?? 0); objective++) {
    const order = values.map((_, i) => i).sort((a, b) => values[a]![objective]! - values[b]![objective]!);
    const at = (place: number): number => values[order[place]!]![objective]!;
    const span = at(order.length - 1) - at(0);
    order.forEach((index, place) => {
      const isEnd = place === 0 || place === order.length - 1;
      room[index]! += isEnd
        ? Number.POSITIVE_INFINITY
        : span > 0
          ? (at(place + 1) - at(place - 1)) / span
          : 0;
    });
  }
  return room;
}
