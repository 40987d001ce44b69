// CutMix: a rectangle of each picture replaced by that of another of its batch (Yun et al., 2019).
import { hostTensor, type RandomStream } from "../../core/index.ts";
import type { Region } from "../pixels/resample.ts";
import { Mix, type MixedBatch, type MixedTargets, type MixOptions, mixTargets } from "./batch-transform.ts";

/** The share of its area that a picture keeps is drawn from Beta(alpha, alpha), once for a batch. */
export type CutMixOptions = MixOptions;

/** torchvision's `CutMix`: one rectangle for the batch; each sample gets that of the one before it. */
export class CutMix extends Mix {
  protected override mix(batch: MixedBatch, share: number, random: RandomStream): MixedBatch {
    const [, , height, width] = batch.images.shape as [number, number, number, number];
    const center = [random.integer(width), random.integer(height)] as const;
    return cutMix(batch, cutBox(width, height, share, center), this.options.targets);
  }
}

/** The rectangle around `center` [x, y] with `1 - share` of the area, cut off at the edges. */
export function cutBox(
  width: number,
  height: number,
  share: number,
  center: readonly [number, number],
): Region {
  const ratio = 0.5 * Math.sqrt(1 - share);
  const [halfWidth, halfHeight] = [Math.trunc(ratio * width), Math.trunc(ratio * height)];
  const left = Math.max(center[0] - halfWidth, 0);
  const top = Math.max(center[1] - halfHeight, 0);
  const right = Math.min(center[0] + halfWidth, width);
  const bottom = Math.min(center[1] + halfHeight, height);
  return { left, top, width: right - left, height: bottom - top };
}

/** The share of a picture that stays its own when `box` is replaced. */
export function shareOutside(box: Region, width: number, height: number): number {
  return 1 - (box.width * box.height) / (width * height);
}

/** The batch with `box` of each picture taken from the one before it, targets mixed by area. */
export function cutMix(
  { images, targets }: MixedBatch,
  box: Region,
  kind: MixedTargets = "mixture",
): MixedBatch {
  const [count, , height, width] = images.shape as [number, number, number, number];
  const out = Float32Array.from(images.data);
  const area = height * width;
  for (let sample = 0; sample < count; sample++) {
    const previous = (sample + count - 1) % count;
    for (let channel = 0; channel < 3; channel++) {
      for (let y = box.top; y < box.top + box.height; y++) {
        const row = channel * area + y * width + box.left;
        const from = previous * 3 * area + row;
        out.set(images.data.subarray(from, from + box.width), sample * 3 * area + row);
      }
    }
  }
  const share = shareOutside(box, width, height);
  return { images: hostTensor("float32", images.shape, out), targets: mixTargets(targets, share, kind) };
}
