// What follows the network, outside of it: from logits to probabilities, by task.
import type { TaskName } from "../core/index.ts";
import { sigmoid } from "../core/sigmoid.ts";
import { softmax } from "../core/softmax.ts";

/**
 * The probabilities of one picture: of classes by softmax, of labels each by its sigmoid.
 * @param task default `multi_class`
 */
export function activated(logits: ArrayLike<number>, task?: TaskName): Float64Array {
  return task === "multi_label" ? Float64Array.from(logits, (logit) => sigmoid(logit)) : softmax(logits);
}
