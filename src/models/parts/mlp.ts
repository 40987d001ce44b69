// The two fully connected layers of a transformer's block.
import { mul, silu, sizeOfAxis, slice, type Value } from "../../graph/index.ts";
import {
  Dropout,
  GELU,
  type Initializer,
  Linear,
  Module,
  normal,
  Sequential,
  xavierUniform,
} from "../../nn/index.ts";

/** How the layers begin, and what lies between and behind them; the defaults are those of torchvision's ViT. */
export interface MlpOptions {
  readonly initializer?: Initializer;
  readonly biasInitializer?: Initializer;
  /** Default GELU. */
  readonly activation?: Module;
  /** Default 0. */
  readonly dropout?: number;
}

/** [..., 2 C] -> [..., C]: SiLU of the first half times the second (Shazeer, "GLU Variants Improve Transformer", 2020). */
export class SwiGLU extends Module {
  override forward(x: Value): Value {
    const width = sizeOfAxis(x, x.shape.length - 1) / 2;
    const begin = x.shape.map(() => 0);
    const before = x.shape.slice(0, -1);
    const second = slice(x, begin.with(-1, width), [...before, 2 * width]);
    return mul(silu(slice(x, begin, [...before, width])), second);
  }
}

/**
 * [..., channels] -> [..., channels] by way of `hidden`, of which SwiGLU leaves half; the layers are `0` and `3`, as in
 * torchvision's `MLP`.
 */
export function mlp(channels: number, hidden: number, options: MlpOptions = {}): Sequential {
  const { initializer = xavierUniform, biasInitializer = normal(1e-6), dropout = 0 } = options;
  const { activation = new GELU() } = options;
  const left = activation instanceof SwiGLU ? hidden / 2 : hidden;
  return new Sequential(
    new Linear(channels, hidden, { initializer, biasInitializer }),
    activation,
    new Dropout(dropout),
    new Linear(left, channels, { initializer, biasInitializer }),
    new Dropout(dropout),
  );
}
