// How much the endurance tests do: a few of each in `npm test`, what is promised in `npm run test:endurance`.

/** Set by `npm run test:endurance`. */
export const FULL: boolean = process.env.ENDURANCE === "full";

/**
 * How often a test does what it does. `ENDURANCE_<name>` says otherwise, as in `ENDURANCE_KILLS=20`.
 * @param full the promised number
 * @param short a number that takes seconds
 */
export function count(name: string, full: number, short: number): number {
  return Number(process.env[`ENDURANCE_${name}`] ?? (FULL ? full : short));
}

/** All of `items`, or a few of them spread evenly, the first and the last included. */
export function spread<T>(items: readonly T[], wanted: number): readonly T[] {
  if (wanted >= items.length) return items;
  return Array.from(
    { length: wanted },
    (_, i) => items[Math.round((i * (items.length - 1)) / (wanted - 1))]!,
  );
}
