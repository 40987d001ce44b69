// MixUp: each picture blended with another of its batch (Zhang et al., 2017).
import {
  Mix,
  type MixedBatch,
  type MixedTargets,
  type MixOptions,
  mixTargets,
  mixWithPrevious,
} from "./batch-transform.ts";

/** The weight that pictures have in their blends is drawn from Beta(alpha, alpha), once for a batch. */
export type MixUpOptions = MixOptions;

/** torchvision's `MixUp`: one share for the batch; each sample is mixed with the one before it. */
export class MixUp extends Mix {
  protected override mix(batch: MixedBatch, share: number): MixedBatch {
    return mixUp(batch, share, this.options.targets);
  }
}

/** The batch with `share` of each sample and the rest of the one before it. */
export function mixUp(
  { images, targets }: MixedBatch,
  share: number,
  kind: MixedTargets = "mixture",
): MixedBatch {
  return { images: mixWithPrevious(images, share), targets: mixTargets(targets, share, kind) };
}
