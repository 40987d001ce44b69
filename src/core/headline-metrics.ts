// The metrics by which a run is judged at a glance.
import type { TaskName } from "./labels.ts";

/** Names without stage, as they are logged behind `train/`, `val/` and `test/`. */
export interface HeadlineMetrics {
  readonly train: string;
  /** Of validation and test; the better, the higher. */
  readonly evaluation: string;
}

const HEADLINES: Readonly<Record<TaskName, HeadlineMetrics>> = {
  multi_class: { train: "acc_top1", evaluation: "acc_top1" },
  multi_label: { train: "f1", evaluation: "map" },
};

/** Those of a task. @param task default `multi_class` */
export function headlineMetrics(task: TaskName = "multi_class"): HeadlineMetrics {
  return HEADLINES[task];
}

/** What validation and test are judged by, of all tasks. */
export const EVALUATION_HEADLINES: readonly string[] = Object.values(HEADLINES).map(
  ({ evaluation }) => evaluation,
);

/** Whether a logged value is one that the default metrics have for each class or label, such as `val/acc_class_cat`. */
export function isOfOneClass(name: string): boolean {
  return /\/(?:acc_class|ap)_/.test(name);
}

/** Whether a logged value is a share of 0 to 1 that is shown in per cent, as far as the default metrics go. */
export function isShare(name: string): boolean {
  return /\/(?:acc_|ap_|map$|f1$)/.test(name);
}
