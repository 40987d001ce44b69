// ColorJitter: random brightness, contrast, saturation and hue, in random order.
import * as z from "zod";
import type { RandomStream } from "../core/index.ts";
import type { ImageSize } from "../image/image.ts";
import type { Pass } from "../image/kernels/index.ts";
import { type Range, rangeSchema } from "./options.ts";
import { brightness, contrast, hue, saturation } from "./pixels/color.ts";
import { PassTransform } from "./transform.ts";

/** How far each adjustment may go; without options nothing changes. */
export interface ColorJitterOptions {
  /** x stands for factors in [max(0, 1 - x), 1 + x]; a range is taken as it is. Default 0: left alone. */
  readonly brightness?: number | Range;
  /** As brightness. */
  readonly contrast?: number | Range;
  /** As brightness. */
  readonly saturation?: number | Range;
  /** x <= 0.5 stands for turns in [-x, x] of the colour circle. Default 0. */
  readonly hue?: number | Range;
}

type Resolved = Required<ColorJitterOptions>;

const strength: z.ZodType<number | Range> = z.union([
  z.number().min(0, "a strength is not negative"),
  rangeSchema(0),
]);

const schema: z.ZodType<Resolved> = z.strictObject({
  brightness: strength.default(0),
  contrast: strength.default(0),
  saturation: strength.default(0),
  hue: z.union([z.number().min(0).max(0.5), rangeSchema(-0.5, 0.5)]).default(0),
});

type Adjust = (factor: number) => readonly Pass[];

/** The order in which torchvision draws the factors; the order of application is drawn before. */
const ADJUSTMENTS: readonly (readonly [keyof Resolved, Adjust])[] = [
  ["brightness", brightness],
  ["contrast", contrast],
  ["saturation", saturation],
  ["hue", hue],
];

/** torchvision's `ColorJitter` on a picture. */
export class ColorJitter extends PassTransform<Resolved> {
  static readonly schema: z.ZodType<Resolved> = schema;

  constructor(options: ColorJitterOptions = {}) {
    super(schema, options);
  }

  override passes(_size: ImageSize, random: RandomStream): readonly Pass[] {
    const { order, factors } = drawJitter(this.options, random);
    return Array.from(order).flatMap((index) => {
      const factor = factors[index];
      return factor === undefined ? [] : ADJUSTMENTS[index]![1](factor);
    });
  }
}

/** The order of the four adjustments and their factors; one without a factor changes nothing. */
export function drawJitter(
  options: Resolved,
  random: RandomStream,
): { readonly order: Uint32Array; readonly factors: readonly (number | undefined)[] } {
  const order = random.permutation(ADJUSTMENTS.length);
  const factors = ADJUSTMENTS.map(([name]) => {
    const range = factorRange(name, options[name]);
    return range === undefined ? undefined : random.uniform(range[0], range[1]);
  });
  return { order, factors };
}

/** The range factors are drawn from, or undefined where the setting changes nothing. */
function factorRange(name: keyof Resolved, setting: number | Range): Range | undefined {
  const center = name === "hue" ? 0 : 1;
  const range: Range =
    typeof setting !== "number"
      ? setting
      : name === "hue"
        ? [-setting, setting]
        : [Math.max(0, 1 - setting), 1 + setting];
  return range[0] === center && range[1] === center ? undefined : range;
}
