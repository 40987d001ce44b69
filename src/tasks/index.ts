// How pictures are labelled, and what follows from it: loss, metrics and predictions.
import type { TaskName } from "../core/index.ts";
import { multiClass } from "./multi-class/multi-class.ts";
import { multiLabel } from "./multi-label/multi-label.ts";
import type { Task } from "./task.ts";

export { activated } from "./activation.ts";
export type { MetricSets, ModelMetrics, TaskMetrics } from "./metric-sets.ts";
export { DEFAULT_THRESHOLD, isPresent } from "./multi-label/presence.ts";
export { LOSS_NAMES, type LossName, type LossSettings, type Task } from "./task.ts";

const TASKS: Readonly<Record<TaskName, Task>> = { multi_class: multiClass, multi_label: multiLabel };

/** The names of all tasks. */
export const TASK_NAMES: readonly TaskName[] = ["multi_class", "multi_label"];

/** The task of a name. */
export function taskOf(name: TaskName): Task {
  return TASKS[name];
}
