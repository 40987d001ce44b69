// What an evaluation pipeline does to a picture, in the words of a model card: size, crop, filter, mean, std.
import type { Transform, TransformDescription } from "./transform.ts";

/** The preprocessing a model expects, for a person or another program to read. */
export interface Preprocessing {
  /** [height, width] of the network's input, or null where the pipeline does not fix it. */
  readonly imageSize: readonly [number, number] | null;
  /** Shorter side, or [height, width], that pictures are resized to first; null where they are not. */
  readonly resize: number | readonly [number, number] | null;
  /** [height, width] of the central crop; null where there is none. */
  readonly crop: readonly [number, number] | null;
  readonly interpolation: string | null;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** The pipeline itself: `transformFromDescription` builds it again. */
  readonly transforms: readonly TransformDescription[];
}

/** Describes an evaluation pipeline. Without Normalize, mean is 0 and std 1. */
export function describePreprocessing(transform: Transform): Preprocessing {
  const transforms = flatten(transform.describe());
  const options = (name: string): TransformDescription["options"] | undefined =>
    transforms.findLast((step) => step.name === name)?.options;
  const resize = (options("Resize")?.size ?? null) as Preprocessing["resize"];
  const crop = square((options("CenterCrop")?.size ?? null) as Preprocessing["resize"]);
  const normalize = options("Normalize");
  return {
    imageSize: crop ?? (typeof resize === "number" ? null : resize),
    resize,
    crop,
    interpolation: (options("Resize")?.interpolation ?? null) as string | null,
    mean: (normalize?.mean ?? [0, 0, 0]) as readonly number[],
    std: (normalize?.std ?? [1, 1, 1]) as readonly number[],
    transforms,
  };
}

function square(size: number | readonly [number, number] | null): readonly [number, number] | null {
  return typeof size === "number" ? [size, size] : size;
}

function flatten(description: TransformDescription): TransformDescription[] {
  if (description.name !== "Compose") return [description];
  return (description.options.transforms as unknown as TransformDescription[]).flatMap(flatten);
}
