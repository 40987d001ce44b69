// The task of pictures of one class each.
import type { Task } from "../task.ts";
import { multiClassDivisor, multiClassLoss } from "./loss.ts";
import { MultiClassMetrics, multiClassMetricSets } from "./metrics.ts";

/** Each sample belongs to one class: the likeliest by softmax. */
export const multiClass: Task = {
  name: "multi_class",
  losses: ["cross_entropy", "focal", "sigmoid_focal", "bce"],
  loss: multiClassLoss,
  lossDivisor: multiClassDivisor,
  defaultMetrics: multiClassMetricSets,
  stageMetrics: (metrics, classNames) => new MultiClassMetrics(metrics, classNames),
};
