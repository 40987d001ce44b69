// What a sampler is: it chooses the point of the next trial from what is known of the others.
import type { Point, Space } from "../space/parameter.ts";
import type { Direction, Trial } from "../study/trial.ts";

/** What a sampler chooses from. */
export interface SampleRequest {
  readonly space: Space;
  readonly directions: readonly Direction[];
  /** Number of the trial that the point is for. */
  readonly number: number;
  /** All trials before it, those that are running among them. */
  readonly trials: readonly Trial[];
}

/** Chooses points; the same request gives the same point. */
export interface Sampler {
  /** @returns undefined where everything that there is has been chosen */
  sample(request: SampleRequest): Point | undefined;
}
