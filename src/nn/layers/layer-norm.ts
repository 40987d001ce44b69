// Normalisation of each sample by itself: layer norm over the last axis or the channels, and group norm.
import {
  add,
  broadcastTo,
  constantLike,
  layerNorm,
  mul,
  reshape,
  sizeOfAxis,
  transpose,
  type Value,
} from "../../graph/index.ts";
import { fill } from "../initializers.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

/** torch's `LayerNorm` over the last axis: [..., C] -> [..., C]; state `weight` [C] and `bias` [C]. */
export class LayerNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #epsilon: number;

  /** @param epsilon added to the variance; default 1e-5 */
  constructor(channels: number, epsilon = 1e-5) {
    super();
    this.weight = new Parameter([channels], fill(1));
    this.bias = new Parameter([channels], fill(0));
    this.#epsilon = epsilon;
  }

  override forward(x: Value): Value {
    return layerNorm(x, this.weight.value, this.bias.value, this.#epsilon);
  }
}

/** Layer norm over the channels of [N, C, H, W], as torchvision's ConvNeXt has it. */
export class LayerNorm2d extends LayerNorm {
  override forward(x: Value): Value {
    return transpose(super.forward(transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
  }
}

/** torch's `GroupNorm`: groups of channels of [N, C, ...]; state `weight` [C] and `bias` [C]. */
export class GroupNorm extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly #groups: number;
  readonly #epsilon: number;

  /** @param epsilon added to the variance; default 1e-5 */
  constructor(groups: number, channels: number, epsilon = 1e-5) {
    super();
    this.weight = new Parameter([channels], fill(1));
    this.bias = new Parameter([channels], fill(0));
    this.#groups = groups;
    this.#epsilon = epsilon;
  }

  override forward(x: Value): Value {
    const grouped = reshape(x, [x.shape[0]!, this.#groups, -1]);
    const vector = (value: number): Value => broadcastTo(constantLike(x, value), [sizeOfAxis(grouped, 2)]);
    const normalized = reshape(layerNorm(grouped, vector(1), vector(0), this.#epsilon), x.shape);
    const perChannel = (value: Value): Value =>
      reshape(value, [value.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
    return add(mul(normalized, perChannel(this.weight.value)), perChannel(this.bias.value));
  }
}
