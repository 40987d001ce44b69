// A team's kit: colours that can be told apart, a pattern, a collar, a typeface.
import type { RandomStream } from "../core/random.ts";
import type { Colour } from "./canvas.ts";
import { TYPEFACES, type Typeface } from "./digits.ts";
import { PATTERNS, type Pattern } from "./pattern.ts";

/** Names of what teams wear; "bottle" is a dark green. */
export type ColourName =
  | "white"
  | "black"
  | "navy"
  | "blue"
  | "sky"
  | "red"
  | "maroon"
  | "orange"
  | "amber"
  | "yellow"
  | "green"
  | "bottle"
  | "teal"
  | "purple"
  | "pink"
  | "grey";

const TEAM_COLOURS: Readonly<Record<ColourName, Colour>> = {
  white: [244, 244, 240],
  black: [34, 35, 40],
  navy: [21, 36, 84],
  blue: [30, 82, 170],
  sky: [122, 186, 226],
  red: [200, 30, 44],
  maroon: [110, 22, 44],
  orange: [236, 110, 30],
  amber: [246, 190, 40],
  yellow: [250, 226, 90],
  green: [30, 132, 72],
  bottle: [16, 74, 54],
  teal: [20, 140, 146],
  purple: [86, 44, 134],
  pink: [232, 120, 168],
  grey: [146, 152, 160],
};
const ALL_COLOURS = Object.keys(TEAM_COLOURS) as ColourName[];

/** The collars a shirt may have; "back" is the shirt seen from behind. */
export const COLLARS = ["round", "v-neck", "back"] as const;

/** What kits are chosen from. */
export interface Wardrobe {
  /** Of the cloth, and of borders around numbers. */
  readonly colours: readonly ColourName[];
  readonly numberColours: readonly ColourName[];
  readonly typefaces: readonly Typeface[];
  readonly patterns: readonly Pattern[];
  /** Whether collar and cuffs of a plain shirt have a second colour, and patterns may be hard to see. */
  readonly trims: boolean;
}

const WHOLE_WARDROBE: Wardrobe = {
  colours: ALL_COLOURS,
  numberColours: ALL_COLOURS,
  typefaces: TYPEFACES,
  patterns: PATTERNS,
  trims: true,
};

/** What the player of a picture wears. */
export interface Kit {
  /** Names of the colours of the cloth: the shirt's, and the second where there is one. */
  readonly colours: readonly ColourName[];
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
export function drawKit(stream: RandomStream, wardrobe: Wardrobe = WHOLE_WARDROBE): Kit {
  const { colours, numberColours, typefaces, patterns, trims } = wardrobe;
  const shirtName = pick(stream, colours);
  const shirt = vary(stream, TEAM_COLOURS[shirtName]);
  const number = TEAM_COLOURS[pick(stream, standsOut(shirt, numberColours))];
  const chosen = stream.float() < 0.3 ? "plain" : pick(stream, patterns);
  const underNumber = chosen !== "side panels" && chosen !== "yoke";
  const seconds = underNumber ? standsOut(number, colours) : colours;
  const visible = seconds.filter(
    (name) => (trims || name !== shirtName) && contrast(TEAM_COLOURS[name], shirt) > 25,
  );
  const secondName = pick(stream, visible.length > 0 ? visible : seconds);
  const second = vary(stream, TEAM_COLOURS[secondName]);
  const needsBorder = contrast(number, shirt) < GOOD_CONTRAST;
  const border = TEAM_COLOURS[pick(stream, standsOut(number, colours))];
  const decoration = stream.float();
  const typeface = pick(stream, typefaces);
  const ofOneColour = !trims && (chosen === "plain" || visible.length === 0);
  return {
    colours: ofOneColour ? [shirtName] : [shirtName, secondName],
    shirt,
    second: ofOneColour ? shirt : second,
    number: vary(stream, number),
    border: vary(stream, border),
    borderWidth: needsBorder || decoration < 0.5 ? stream.uniform(0.022, 0.045) : 0,
    inline: !needsBorder && decoration > 0.88 && typeface.weight > 0.15,
    pattern: ofOneColour ? "plain" : chosen,
    collar: pick(stream, COLLARS),
    sleeves: stream.float() < 0.55,
    typeface,
  };
}

/** Those of the colours that can be told from `ground` at a glance. */
function standsOut(ground: Colour, colours: readonly ColourName[]): readonly ColourName[] {
  const contrastOf = (name: ColourName): number => contrast(TEAM_COLOURS[name], ground);
  const readable = colours.filter((name) => contrastOf(name) > MINIMAL_CONTRAST);
  if (readable.length > 0) return readable;
  return colours.toSorted((a, b) => contrastOf(b) - contrastOf(a)).slice(0, 1);
}

/** The same colour from another dye lot. */
function vary(stream: RandomStream, colour: Colour): Colour {
  const light = stream.uniform(0.9, 1.08);
  const channel = (value: number): number => Math.min(255, value * light + stream.uniform(-8, 8));
  return [channel(colour[0]), channel(colour[1]), channel(colour[2])];
}
