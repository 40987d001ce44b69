// Random numbers as an op: what it draws is a function of the run's key and of the place in the network alone.
import { formatShape } from "../../core/index.ts";
import type { Dim, Dims } from "../dim.ts";
import { require } from "../shape-error.ts";
import type { OpDefinition } from "./definition.ts";

/** How often it is one, and which numbers of the run are its own. */
export interface BernoulliParams<D extends Dim = Dim> {
  readonly shape: Dims<D>;
  /** Share of ones, 0 to 1. */
  readonly probability: number;
  /** An unsigned 32-bit integer that no other draw of the program has. */
  readonly place: number;
}

/** Parameters of the ops by name. */
export interface RandomOps<D extends Dim = Dim> {
  /**
   * (key int32 [4]) -> float32 ones and zeros. Element i, row by row, is one where word i % 4 of the Philox4x32-10
   * block with counter (i / 4, place, key[2], key[3]) and key (key[0], key[1]) is below probability 2^32.
   */
  bernoulli: BernoulliParams<D>;
}

/** Types of the results. */
export const randomOps: { readonly [N in keyof RandomOps]: OpDefinition<RandomOps[N]> } = {
  bernoulli: {
    infer: ([key], { shape, probability, place }) => {
      const isKey = key!.dtype === "int32" && formatShape(key!.shape) === "[4]";
      require(isKey, `the key must be int32 [4], not ${key!.dtype} ${formatShape(key!.shape)}`);
      require(probability >= 0 && probability <= 1, `the probability ${probability} is not within 0 and 1`);
      require(place >>> 0 === place, `the place ${place} is no unsigned 32-bit integer`);
      return [{ dtype: "float32", shape }];
    },
  },
};
