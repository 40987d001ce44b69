// Several networks as one, whose probabilities are the mean of theirs.
import { add, exp, log, logSoftmax, maximum, sub, type Value } from "../graph/index.ts";
import { Module } from "./module.ts";

/**
 * Gives as logits the logarithm of the mean of its members' probabilities, so that a softmax of them is that mean. Members take
 * the same input and have the same classes. State names begin with `members.0`, `members.1`, ...
 */
export class Ensemble extends Module {
  readonly members: readonly Module[];

  constructor(members: readonly [Module, ...Module[]]) {
    super();
    this.members = members;
  }

  override forward(x: Value): Value {
    const logs = this.members.map((member) => logSoftmax(member.call(x)));
    // The largest goes through the logarithm untouched, so that small probabilities do not become 0.
    const largest = logs.reduce((a, b) => maximum(a, b));
    const sum = logs.map((each) => exp(sub(each, largest))).reduce((a, b) => add(a, b));
    return add(largest, sub(log(sum), Math.log(this.members.length)));
  }
}
