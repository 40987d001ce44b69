// Compose: transforms one after the other.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import { type Image, type ImageSize, isImage, type Pixels } from "../image/image.ts";
import { type Pass, sizeAfter } from "../image/kernels/index.ts";
import { Normalize } from "./normalize.ts";
import { toTensor } from "./pixels/to-tensor.ts";
import { ToDtype } from "./to-dtype.ts";
import { PassTransform, runPasses, type Transform, TransformGroup, transformsSchema } from "./transform.ts";

/** What is applied, and in which order. */
export interface ComposeOptions {
  /** The transforms, first to last. */
  readonly transforms: readonly Transform[];
}

const schema: z.ZodType<ComposeOptions> = z.strictObject({ transforms: transformsSchema });

/** torchvision's `Compose`. Passes over the pixels run together, to the same bits. */
export class Compose extends TransformGroup<ComposeOptions> {
  static readonly schema: z.ZodType<ComposeOptions> = schema;
  readonly #steps: readonly Pick<Transform, "apply">[];

  constructor(options: ComposeOptions) {
    super(schema, options);
    this.#steps = fuse(this.transforms);
  }

  override apply(input: Pixels, random: RandomStream, output?: Float32Array): Pixels | Promise<Pixels> {
    let pixels = input;
    for (let i = 0; i < this.#steps.length; i++) {
      const result = this.#step(i, pixels, random, output);
      if (result instanceof Promise) return this.#continue(result, i + 1, random, output);
      pixels = result;
    }
    return pixels;
  }

  async #continue(
    pending: Promise<Pixels>,
    from: number,
    random: RandomStream,
    output: Float32Array | undefined,
  ): Promise<Pixels> {
    let pixels = await pending;
    for (let i = from; i < this.#steps.length; i++) pixels = await this.#step(i, pixels, random, output);
    return pixels;
  }

  /** Only the last step may write into `output`: what it gives is read by nobody else. */
  #step(
    index: number,
    pixels: Pixels,
    random: RandomStream,
    output: Float32Array | undefined,
  ): Pixels | Promise<Pixels> {
    const last = index === this.#steps.length - 1;
    return this.#steps[index]!.apply(pixels, random, last ? output : undefined);
  }
}

/** Transforms that are passes run together, with the tensor and its normalisation where these follow. */
function fuse(transforms: readonly Transform[]): Pick<Transform, "apply">[] {
  const steps: Pick<Transform, "apply">[] = [];
  for (let i = 0; i < transforms.length; ) {
    const start = i;
    while (transforms[i] instanceof PassTransform) i++;
    const together = transforms.slice(start, i) as PassTransform<object>[];
    const [current, next] = [transforms[i], transforms[i + 1]];
    if (current instanceof ToDtype) {
      const normalize = next instanceof Normalize ? next : undefined;
      steps.push(passesToTensor(together, current, normalize));
      i += normalize === undefined ? 1 : 2;
    } else if (together.length > 0) steps.push(passesTogether(together));
    else {
      steps.push(current!);
      i++;
    }
  }
  return steps;
}

function allPasses(
  transforms: readonly PassTransform<object>[],
  image: Image,
  random: RandomStream,
): readonly Pass[] {
  let size: ImageSize = image;
  return transforms.flatMap((transform) => {
    const passes = transform.passes(size, random);
    size = sizeAfter(size, passes);
    return passes;
  });
}

function passesTogether(transforms: readonly PassTransform<object>[]): Pick<Transform, "apply"> {
  return {
    apply: (input, random) =>
      isImage(input)
        ? runPasses(input, allPasses(transforms, input, random))
        : transforms[0]!.apply(input, random),
  };
}

function passesToTensor(
  transforms: readonly PassTransform<object>[],
  toDtype: ToDtype,
  normalize: Normalize | undefined,
): Pick<Transform, "apply"> {
  const scaling = { ...toDtype.scaling(), ...normalize?.scaling() };
  return {
    apply: (input, random, output) => {
      if (isImage(input)) return toTensor(input, allPasses(transforms, input, random), scaling, output);
      // A pass refuses a tensor.
      transforms[0]?.apply(input, random);
      return normalize?.apply(input, random) ?? input;
    },
  };
}
