// The two fully connected layers of a transformer's block.
import {
  Dropout,
  GELU,
  type Initializer,
  Linear,
  type Module,
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

/** [..., channels] -> [..., channels] by way of `hidden`; the layers are `0` and `3`, as in torchvision's `MLP`. */
export function mlp(channels: number, hidden: number, options: MlpOptions = {}): Sequential {
  const { initializer = xavierUniform, biasInitializer = normal(1e-6), dropout = 0 } = options;
  return new Sequential(
    new Linear(channels, hidden, { initializer, biasInitializer }),
    options.activation ?? new GELU(),
    new Dropout(dropout),
    new Linear(hidden, channels, { initializer, biasInitializer }),
    new Dropout(dropout),
  );
}
