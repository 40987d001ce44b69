// Compose: transforms one after the other.
import { z } from "zod";
import type { RandomStream } from "../../core/index.ts";
import { isImage, type Pixels } from "../image.ts";
import { Normalize } from "./normalize.ts";
import { ToDtype, toTensor } from "./to-dtype.ts";
import { type Transform, TransformGroup, transformsSchema } from "./transform.ts";

export interface ComposeOptions {
  /** The transforms, first to last. */
  readonly transforms: readonly Transform[];
}

const schema: z.ZodType<ComposeOptions> = z.strictObject({ transforms: transformsSchema });

/** torchvision's `Compose`. `ToDtype` directly followed by `Normalize` runs as one pass, to the same bits. */
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

function fuse(transforms: readonly Transform[]): Pick<Transform, "apply">[] {
  const steps: Pick<Transform, "apply">[] = [];
  for (let i = 0; i < transforms.length; i++) {
    const [current, next] = [transforms[i]!, transforms[i + 1]];
    if (current instanceof ToDtype && next instanceof Normalize) {
      steps.push(fusedNormalize(current, next));
      i++;
    } else steps.push(current);
  }
  return steps;
}

/** Both at once for a picture: each channel has 256 possible results. */
function fusedNormalize(toDtype: ToDtype, normalize: Normalize): Pick<Transform, "apply"> {
  const scaled = toDtype.table();
  const table = (channel: number): Float32Array => {
    const out = new Float32Array(256);
    normalize.normalize(channel, scaled, out);
    return out;
  };
  const tables = [table(0), table(1), table(2)] as const;
  return {
    apply: (input, random, output) =>
      isImage(input) ? toTensor(input, tables, output) : normalize.apply(input, random),
  };
}
