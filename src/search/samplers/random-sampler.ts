// Random search: every trial's point is drawn alone, whatever the others have given.
import { RandomStream } from "../../core/index.ts";
import { type Point, pointOfShares } from "../space/parameter.ts";
import type { SampleRequest, Sampler } from "./sampler.ts";

/** A trial's point depends on the seed and the trial's number only. */
export class RandomSampler implements Sampler {
  readonly #seed: number;

  constructor({ seed = 0 }: { readonly seed?: number } = {}) {
    this.#seed = seed;
  }

  sample({ space, number }: Pick<SampleRequest, "space" | "number">): Point {
    const random = new RandomStream(this.#seed, "search", [number, 0]);
    return pointOfShares(space, () => random.float());
  }
}
