// Fully connected layer.
import { add, matmul, type Value } from "../../graph/index.ts";
import { type Initializer, uniformFanIn } from "../initializers.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** What a fully connected layer has besides its sizes; the defaults are torch's. */
export interface LinearOptions {
  /** Default true. */
  readonly bias?: boolean;
  /** Default: uniform in ±1/sqrt(I), as torch. */
  readonly initializer?: Initializer;
  /** Default: as torch, uniform in ±1/sqrt(I). */
  readonly biasInitializer?: Initializer;
}

/** x [..., I] -> x weight^T + bias [..., O]; state `weight` [O, I] and, unless switched off, `bias` [O]. */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const uniform = uniformFanIn(inFeatures);
    const { bias = true, initializer = uniform, biasInitializer = uniform } = options;
    this.inFeatures = inFeatures;
    this.weight = new Parameter([outFeatures, inFeatures], initializer);
    this.bias = bias ? new Parameter([outFeatures], biasInitializer) : undefined;
  }

  override forward(x: Value): Value {
    const product = matmul(x, this.weight.value, false, true);
    return this.bias === undefined ? product : add(product, this.bias.value);
  }
}
