// How pages speak of runs: their numbers, and the metric that they are judged by.
import { EVALUATION_HEADLINES, isShare } from "../../../core/index.ts";
import { duration, percent, plainNumber } from "../../../report/html.ts";
import type { RunRow, Value } from "../../runs/api.ts";

/** `93.2 %` of shares, four digits of anything else, a dash where there is nothing. */
export function metricText(name: string, value: Value | undefined): string {
  if (value === undefined) return "-";
  return isShare(name) ? percent(value) : plainNumber(value);
}

/** The metric that a validation is judged by. */
export function headlineOf({ metrics }: Pick<RunRow, "metrics">): string {
  const [first = ""] = EVALUATION_HEADLINES;
  return `val/${EVALUATION_HEADLINES.find((name) => metrics[`val/${name}`] !== undefined) ?? first}`;
}

/** `3/20`, `3` without an end. */
export function epochsText({ epochs, maxEpochs }: Pick<RunRow, "epochs" | "maxEpochs">): string {
  return maxEpochs === null ? String(epochs) : `${epochs}/${maxEpochs}`;
}

/** `12.3`, a dash before there is any. */
export function speedText({ imagesPerSecond }: Pick<RunRow, "imagesPerSecond">): string {
  return imagesPerSecond === null || imagesPerSecond === 0
    ? "-"
    : imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0);
}

/** The time that a run has still to go. */
export function timeLeft({ progress }: Pick<RunRow, "progress">): string {
  const seconds = progress?.secondsLeft;
  return seconds === null || seconds === undefined ? "-" : duration(seconds);
}

/** What it does at this moment, in words. */
export function phaseText({ status, progress, epochs }: RunRow): string {
  if (status === "starting") return "reading its data";
  if (progress === null) return epochs === 0 ? "preparing" : "";
  const { phase, batch, batches } = progress;
  return `${phase} ${batch}/${batches}`;
}
