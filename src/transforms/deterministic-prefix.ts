// Splits a pipeline where its random numbers begin: what comes before is the same in every epoch.
import { CenterCrop } from "./center-crop.ts";
import { Compose } from "./compose.ts";
import { Grayscale } from "./grayscale.ts";
import { Letterbox } from "./letterbox.ts";
import { Pad } from "./pad.ts";
import { Resize } from "./resize.ts";
import type { Transform } from "./transform.ts";

/** Transforms of pictures that draw no random numbers. */
const DETERMINISTIC: ReadonlySet<unknown> = new Set([CenterCrop, Grayscale, Letterbox, Pad, Resize]);

/** A pipeline in two parts; one after the other they do what it does, to the bit. */
export interface SplitTransforms {
  /** Turns a picture into a picture without random numbers; can be built again from its description. */
  readonly prefix: Transform;
  readonly rest: Transform;
}

/** Undefined where the first transform is random, a tensor's, or one's own: nobody knows what that depends on. */
export function splitPrefix(transform: Transform): SplitTransforms | undefined {
  const steps = flatten(transform);
  const end = steps.findIndex((step) => !DETERMINISTIC.has(step.constructor));
  if (end === 0) return undefined;
  const length = end < 0 ? steps.length : end;
  return {
    prefix: new Compose({ transforms: steps.slice(0, length) }),
    rest: new Compose({ transforms: steps.slice(length) }),
  };
}

function flatten(transform: Transform): readonly Transform[] {
  // A class derived from Compose may do anything.
  const plain = transform instanceof Compose && transform.constructor === Compose;
  return plain ? transform.transforms.flatMap(flatten) : [transform];
}
