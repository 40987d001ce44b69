// Compose: transforms one after the other.
import type { RandomStream } from "../../core/index.ts";
import { isImage, type Pixels } from "../image.ts";
import { Normalize } from "./normalize.ts";
import { ToDtype, toTensor } from "./to-dtype.ts";
import type { JsonValue, Transform, TransformDescription } from "./transform.ts";

export interface ComposeOptions {
  readonly transforms: readonly Transform[];
}

/** torchvision's `Compose`. `ToDtype` directly followed by `Normalize` runs as one pass, to the same bits. */
export class Compose implements Transform {
  readonly transforms: readonly Transform[];
  readonly #steps: readonly Pick<Transform, "apply">[];

  constructor({ transforms }: ComposeOptions) {
    this.transforms = transforms;
    this.#steps = fuse(transforms);
  }

  apply(input: Pixels, random: RandomStream): Pixels | Promise<Pixels> {
    let pixels = input;
    for (let i = 0; i < this.#steps.length; i++) {
      const result = this.#steps[i]!.apply(pixels, random);
      if (result instanceof Promise) return this.#continue(result, i + 1, random);
      pixels = result;
    }
    return pixels;
  }

  async #continue(pending: Promise<Pixels>, from: number, random: RandomStream): Promise<Pixels> {
    let pixels = await pending;
    for (const step of this.#steps.slice(from)) pixels = await step.apply(pixels, random);
    return pixels;
  }

  describe(): TransformDescription {
    const transforms = this.transforms.map((transform) => transform.describe() as unknown as JsonValue);
    return { name: "Compose", options: { transforms } };
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
    apply: (input, random) => (isImage(input) ? toTensor(input, tables) : normalize.apply(input, random)),
  };
}
