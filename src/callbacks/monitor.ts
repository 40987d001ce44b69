// Which way a monitored value is better.

export type MonitorMode = "min" | "max";

/** Whether `value` is better than `best` by more than `minDelta`. */
export function improves(value: number, best: number, mode: MonitorMode, minDelta = 0): boolean {
  return mode === "max" ? value - minDelta > best : value + minDelta < best;
}
