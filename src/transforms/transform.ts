// What a transform is: takes a picture or tensor and random numbers, gives another, and describes itself.
import * as z from "zod";
import { ClassifierTrainingError, parseOptions, type RandomStream } from "../core/index.ts";
import { type Image, type ImageSize, type ImageTensor, isImage, type Pixels } from "../image/image.ts";
import { type Pass, pixelKernels } from "../image/kernels/index.ts";

/** What JSON can say, which is all that a transform's description may hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** A transform as data: its name and the options that build it again. Written into exports. */
export interface TransformDescription {
  readonly name: string;
  readonly options: { readonly [key: string]: JsonValue };
}

/** One step of preparing pictures, as a data set and an exported model's preprocessing use it. */
export interface Transform {
  /**
   * Transforms one picture. The input is never changed; a transform with nothing to do may return it.
   * Random numbers come from `random` alone, so the same stream gives the same result.
   *
   * @param output where a tensor of its length may be put; a transform is free to leave it alone
   */
  apply(input: Pixels, random: RandomStream, output?: Float32Array): Pixels | Promise<Pixels>;
  describe(): TransformDescription;
}

/** A transform of pictures, to be listed before `ToDtype`. */
export abstract class ImageTransform<O extends object> implements Transform {
  /** The options, complete. */
  readonly options: O;

  constructor(schema: z.ZodType<O>, options: unknown) {
    this.options = parseOptions(this.constructor.name, schema, options);
  }

  protected abstract transform(image: Image, random: RandomStream): Image | Promise<Image>;

  apply(input: Pixels, random: RandomStream): Image | Promise<Image> {
    if (!isImage(input)) throw wrongStage(this.constructor.name, "a picture", "before");
    return this.transform(input, random);
  }

  describe(): TransformDescription {
    return describeOptions(this.constructor.name, this.options);
  }
}

/** A transform that is a few passes over the pixels, so that it runs together with its neighbours. */
export abstract class PassTransform<O extends object> extends ImageTransform<O> {
  /** The passes for a picture of this size. */
  abstract passes(size: ImageSize, random: RandomStream): readonly Pass[];

  protected override transform(image: Image, random: RandomStream): Image {
    return runPasses(image, this.passes(image, random));
  }
}

/** The picture after these passes; the picture itself where there are none. */
export function runPasses(image: Image, passes: readonly Pass[]): Image {
  return passes.length === 0 ? image : pixelKernels().run(image, passes);
}

/** A transform of float tensors, to be listed after `ToDtype`. */
export abstract class TensorTransform<O extends object> implements Transform {
  /** The options, complete. */
  readonly options: O;

  constructor(schema: z.ZodType<O>, options: unknown) {
    this.options = parseOptions(this.constructor.name, schema, options);
  }

  protected abstract transform(tensor: ImageTensor, random: RandomStream): ImageTensor;

  apply(input: Pixels, random: RandomStream): ImageTensor {
    if (isImage(input)) throw wrongStage(this.constructor.name, "a float tensor", "after");
    return this.transform(input, random);
  }

  describe(): TransformDescription {
    return describeOptions(this.constructor.name, this.options);
  }
}

/** Any object with the methods of a transform. */
export const transformSchema: z.ZodType<Transform> = z.custom<Transform>(
  (value) => typeof value === "object" && value !== null && "apply" in value && "describe" in value,
  "not a transform",
);

/** A list of such objects, in the order given; it may be empty. */
export const transformsSchema: z.ZodType<readonly Transform[]> = z.array(transformSchema).readonly();

/** A transform made of others. */
export abstract class TransformGroup<O extends { readonly transforms: readonly Transform[] }>
  implements Transform
{
  /** The options, complete. */
  readonly options: O;

  constructor(schema: z.ZodType<O>, options: unknown) {
    this.options = parseOptions(this.constructor.name, schema, options);
  }

  get transforms(): readonly Transform[] {
    return this.options.transforms;
  }

  abstract apply(input: Pixels, random: RandomStream, output?: Float32Array): Pixels | Promise<Pixels>;

  describe(): TransformDescription {
    const transforms = this.transforms.map((transform) => transform.describe());
    return describeOptions(this.constructor.name, { ...this.options, transforms });
  }
}

function describeOptions(name: string, options: object): TransformDescription {
  return { name, options: JSON.parse(JSON.stringify(options)) as TransformDescription["options"] };
}

function wrongStage(name: string, wants: string, place: "before" | "after"): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "TRANSFORM_ORDER", `${name} takes ${wants}`, {
    where: "transforms",
    hint: `list it ${place} ToDtype`,
  });
}
