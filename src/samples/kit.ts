// A team's kit: colours that can be told apart, a pattern, a collar, a typeface.
import type { RandomStream } from "../core/random.ts";
import type { Colour } from "./canvas.ts";
import { TYPEFACES, type Typeface } from "./digits.ts";
import { PATTERNS, type Pattern } from "./pattern.ts";

const TEAM_COLOURS: readonly Colour[] = [
  [244, 244, 240],
  [34, 35, 40],
  [21, 36, 84],
  [30, 82, 170],
  [122, 186, 226],
  [200, 30, 44],
  [110, 22, 44],
  [236, 110, 30],
  [246, 190, 40],
  [250, 226, 90],
  [30, 132, 72],
  [16, 74, 54],
  [20, 140, 146],
  [86, 44, 134],
  [232, 120, 168],
  [146, 152, 160],
];

/** The collars a shirt may have; "back" is the shirt seen from behind. */
export const COLLARS = ["round", "v-neck", "back"] as const;

/** What the player of a picture wears. */
export interface Kit {
  readonly shirt: Colour;
  readonly second: Colour;
  readonly number: Colour;
  readonly border: Colour;
  /** Width of the number's border as a share of its height; 0 for none. */
  readonly borderWidth: number;
  /** A thin line along the middle of every stroke, in the border's colour. */
  readonly inline: boolean;
  readonly pattern: Pattern;
  readonly collar: (typeof COLLARS)[number];
  readonly sleeves: boolean;
  readonly typeface: Typeface;
}

const MINIMAL_CONTRAST = 85;
const GOOD_CONTRAST = 120;

/** Difference in brightness (Rec. 601 luma), 0 to 255. */
export function contrast(a: Colour, b: Colour): number {
  return Math.abs(0.299 * (a[0] - b[0]) + 0.587 * (a[1] - b[1]) + 0.114 * (a[2] - b[2]));
}

/** A random element of `choices`. */
export function pick<T>(stream: RandomStream, choices: readonly T[]): T {
  return choices[stream.integer(choices.length)]!;
}

/** A kit whose number can be read: it stands out from the shirt, and from the pattern under it. */
export function drawKit(stream: RandomStream): Kit {
  const shirt = vary(stream, pick(stream, TEAM_COLOURS));
  const number = pick(stream, standsOut(shirt));
  const pattern = stream.float() < 0.3 ? "plain" : pick(stream, PATTERNS);
  const underNumber = pattern !== "side panels" && pattern !== "yoke";
  const seconds = underNumber ? standsOut(number) : TEAM_COLOURS;
  const visible = seconds.filter((colour) => contrast(colour, shirt) > 25);
  const second = vary(stream, pick(stream, visible.length > 0 ? visible : seconds));
  const needsBorder = contrast(number, shirt) < GOOD_CONTRAST;
  const border = pick(stream, standsOut(number));
  const decoration = stream.float();
  const typeface = pick(stream, TYPEFACES);
  return {
    shirt,
    second,
    number: vary(stream, number),
    border: vary(stream, border),
    borderWidth: needsBorder || decoration < 0.5 ? stream.uniform(0.022, 0.045) : 0,
    inline: !needsBorder && decoration > 0.88 && typeface.weight > 0.15,
    pattern,
    collar: pick(stream, COLLARS),
    sleeves: stream.float() < 0.55,
    typeface,
  };
}

/** The team colours that can be told from `ground` at a glance. */
function standsOut(ground: Colour): readonly Colour[] {
  const readable = TEAM_COLOURS.filter((colour) => contrast(colour, ground) > MINIMAL_CONTRAST);
  if (readable.length > 0) return readable;
  return TEAM_COLOURS.toSorted((a, b) => contrast(b, ground) - contrast(a, ground)).slice(0, 1);
}

/** The same colour from another dye lot. */
function vary(stream: RandomStream, colour: Colour): Colour {
  const light = stream.uniform(0.9, 1.08);
  const channel = (value: number): number => Math.min(255, value * light + stream.uniform(-8, 8));
  return [channel(colour[0]), channel(colour[1]), channel(colour[2])];
}
