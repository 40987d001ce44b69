// Fully connected layer.
import { add, matmul, type Value } from "../../graph/index.ts";
import { uniformFanIn } from "../initializers.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** x [N, I] -> x weight^T + bias [N, O]; state `weight` [O, I] and `bias` [O], both uniform in ±1/sqrt(I). */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;

  constructor(inFeatures: number, outFeatures: number) {
    super();
    this.weight = new Parameter([outFeatures, inFeatures], uniformFanIn(inFeatures));
    this.bias = new Parameter([outFeatures], uniformFanIn(inFeatures));
  }

  override forward(x: Value): Value {
    return add(matmul(x, this.weight.value, false, true), this.bias.value);
  }
}
