// Values that callbacks monitor: which way is better, and what it means that one is not there.
import { ClassifierTrainingError, didYouMean, headlineMetrics } from "../core/index.ts";
import type { FitContext, Metrics } from "../train/index.ts";

/** Whether smaller or larger values are better. */
export type MonitorMode = "min" | "max";

/** What is monitored unless something else is named: `val/acc_top1`, or `val/map` where samples have several labels. */
export function defaultMonitor({ model }: Pick<FitContext, "model">): string {
  return `val/${headlineMetrics(model.labels?.task).evaluation}`;
}

/**
 * Which way a monitored value is better: as said, else as its metric has it; losses are better lower.
 * @throws ClassifierTrainingError kind "usage" `MONITOR_MODE` where neither is known
 */
export function modeOf(
  mode: MonitorMode | null,
  monitor: string,
  { model }: Pick<FitContext, "model">,
  where: string,
): MonitorMode {
  if (mode !== null) return mode;
  const [stage, name = ""] = monitor.split(/\/(.*)/s, 2);
  if (/^loss(_step|_epoch)?$/.test(name)) return "min";
  const metrics = stage === "train" || stage === "val" ? model.metrics[stage] : undefined;
  const direction = metrics?.direction?.(name);
  if (direction === "higher") return "max";
  if (direction === "lower") return "min";
  const message = `whether ${monitor} is better high or low is not known`;
  throw new ClassifierTrainingError("usage", "MONITOR_MODE", message, {
    where,
    hint: "set mode to min or max",
  });
}

/** Whether `value` is better than `best` by more than `minDelta`. */
export function improves(value: number, best: number, mode: MonitorMode, minDelta = 0): boolean {
  return mode === "max" ? value - minDelta > best : value + minDelta < best;
}

/** Whether the validation loss is not finite: other values then mean nothing, though they may look good. */
export function isLost(metrics: Metrics): boolean {
  return metrics["val/loss"] !== undefined && !Number.isFinite(metrics["val/loss"]);
}

/** A misspelt `val/...` is found in the first validation, that of the sanity check. */
export function checkMonitor(monitor: string, validated: Metrics, where: string): void {
  if (monitor.startsWith("val/") && validated[monitor] === undefined)
    throw unknown(monitor, validated, where);
}

/**
 * The latest value, undefined while there was no validation.
 * @throws ClassifierTrainingError kind "usage" `MONITOR` where nothing of this name is ever logged.
 */
export function monitoredValue(monitor: string, { metrics }: FitContext, where: string): number | undefined {
  const value = metrics[monitor];
  const validated = Object.keys(metrics).some((name) => name.startsWith("val/"));
  if (value === undefined && (validated || !monitor.startsWith("val/")))
    throw unknown(monitor, metrics, where);
  return value;
}

function unknown(monitor: string, metrics: Metrics, where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "MONITOR", `nothing is logged as ${monitor}`, {
    where,
    hint: didYouMean(monitor, Object.keys(metrics)),
  });
}
