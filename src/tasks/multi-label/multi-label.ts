// The task of pictures that may show several labels, or none.
import type { Task } from "../task.ts";
import { multiLabelDivisor, multiLabelLoss } from "./loss.ts";
import { MultiLabelMetrics, multiLabelMetricSets } from "./metrics.ts";

/** Each label is answered by itself: its probability is the sigmoid of its logit. */
export const multiLabel: Task = {
  name: "multi_label",
  losses: ["bce", "asymmetric", "sigmoid_focal"],
  loss: multiLabelLoss,
  lossDivisor: multiLabelDivisor,
  defaultMetrics: multiLabelMetricSets,
  stageMetrics: (metrics, classNames) => new MultiLabelMetrics(metrics, classNames),
};
