// The metrics of several processes, each of which has measured its own samples, as those of one.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { StageMetrics } from "../contracts.ts";

/**
 * Reads metrics with what all processes have measured; behind it they hold what this one has, as before.
 * @throws ClassifierTrainingError kind "usage" `METRICS_NOT_MERGED` where they have no `merge`
 */
export async function mergedMetrics<T>(
  metrics: StageMetrics,
  collective: Collective,
  read: (metrics: StageMetrics) => T,
): Promise<T> {
  if (metrics.merge === undefined) {
    const message = `${metrics.constructor.name} has no merge, which several processes need`;
    throw new ClassifierTrainingError("usage", "METRICS_NOT_MERGED", message, {
      hint: "add it to the metrics of the model, or train with one process",
    });
  }
  const [first, ...others] = await collective.gather(metrics.state());
  const own = [first!, ...others][collective.rank]!;
  metrics.load(first!);
  for (const state of others) metrics.merge(state);
  try {
    return read(metrics);
  } finally {
    metrics.load(own);
  }
}
