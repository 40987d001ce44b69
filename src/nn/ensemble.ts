// Several networks as one, whose probabilities are the mean of theirs.
import type { TaskName } from "../core/index.ts";
import { add, exp, log, logSoftmax, maximum, neg, softplus, sub, type Value } from "../graph/index.ts";
import { Module } from "./module.ts";

/**
 * Gives as logits the logarithm of the mean of its members' probabilities, so that a softmax of them is that mean; of several labels
 * the logits whose sigmoid it is. Members take the same input and have the same classes. State names begin with `members.0`, `members.1`, ...
 */
export class Ensemble extends Module {
  readonly members: readonly Module[];
  readonly #task: TaskName;

  /** @param task default `multi_class` */
  constructor(members: readonly [Module, ...Module[]], task: TaskName = "multi_class") {
    super();
    this.members = members;
    this.#task = task;
  }

  override forward(x: Value): Value {
    const logits = this.members.map((member) => member.call(x));
    if (this.#task === "multi_class") return logOfMean(logits.map((each) => logSoftmax(each)));
    // The logarithms of sigmoid(x) and of 1 - sigmoid(x) are -softplus(-x) and -softplus(x).
    const present = logOfMean(logits.map((each) => neg(softplus(neg(each)))));
    return sub(present, logOfMean(logits.map((each) => neg(softplus(each)))));
  }
}

/** Of the numbers whose logarithms are given; the largest goes through untouched, so that small ones do not become 0. */
function logOfMean(logs: readonly Value[]): Value {
  const largest = logs.reduce((a, b) => maximum(a, b));
  const sum = logs.map((each) => exp(sub(each, largest))).reduce((a, b) => add(a, b));
  return add(largest, sub(log(sum), Math.log(logs.length)));
}
