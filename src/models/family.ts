// What a family of networks is: constructors by torchvision's names.
import type { ClassificationNetwork } from "../nn/index.ts";

/** What can be chosen of any network. Left out, the architecture's own value holds, which is torchvision's. */
export interface NetworkOptions {
  readonly numClasses: number;
  /** Height and width of the pictures in pixels, for networks with a table of positions. */
  readonly imageSize?: number;
  /** Share of what is left out before the classifier (and wherever else the architecture has dropout). */
  readonly dropout?: number;
  /** Share of samples for which the last residual branch is left out; earlier ones less, down to none. */
  readonly stochasticDepth?: number;
}

/** A row for each size: its constructor, by torchvision's name. */
export type Family<
  Name extends string,
  Network extends ClassificationNetwork = ClassificationNetwork,
> = Readonly<Record<Name, (options: NetworkOptions) => Network>>;
