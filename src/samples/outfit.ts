// What a picture of the shirts shows, and the labels that say so.
import { RandomStream } from "../core/random.ts";
import { DIGITS, TYPEFACES } from "./digits.ts";
import { drawKit, type Kit, pick, type Wardrobe } from "./kit.ts";
import type { Pattern } from "./pattern.ts";

/** What a player wears, and the number on it. */
export interface Outfit {
  readonly kit: Kit;
  /** Two digits. */
  readonly number: string;
}

/** Colours that keep apart in any light. */
const COLOURS = ["white", "black", "red", "orange", "yellow", "green", "blue", "pink"] as const;
const PATTERN_LABELS = { stripes: "striped", hoops: "hooped", sash: "sash", halves: "halves" } as const;
const LETTERING = ["grotesque", "rounded square", "heavy"];

/** The shirts of one league: numbers alike and easy to read, and nothing on the cloth that has no label. */
const WARDROBE: Wardrobe = {
  colours: COLOURS,
  numberColours: ["white", "black"],
  typefaces: TYPEFACES.filter(({ name }) => LETTERING.includes(name)),
  patterns: Object.keys(PATTERN_LABELS) as (keyof typeof PATTERN_LABELS)[],
  trims: false,
};
const SLEEVELESS = "sleeveless";
const DESERTED_SHARE = 0.1;

const digitLabel = (digit: string): string => `digit_${digit}`;

/** Every label that a picture may have, in the order in which the table names them. */
export const SHIRT_LABELS: readonly string[] = [
  ...DIGITS.map(digitLabel),
  ...COLOURS,
  ...Object.values(PATTERN_LABELS),
  SLEEVELESS,
];

/** The outfit that belongs to (seed, name); undefined where the picture shows no shirt. */
export function chooseOutfit(seed: number, name: string): Outfit | undefined {
  const stream = new RandomStream(seed, `outfit:${name}`);
  if (stream.float() < DESERTED_SHARE) return undefined;
  const number = pick(stream, DIGITS) + pick(stream, DIGITS);
  return { kit: drawKit(stream, WARDROBE), number };
}

/** The labels of a picture that shows `outfit`, each once, in the order of `SHIRT_LABELS`. */
export function labelsOf(outfit: Outfit | undefined): string[] {
  if (outfit === undefined) return [];
  const { kit, number } = outfit;
  const labels: Partial<Record<Pattern, string>> = PATTERN_LABELS;
  const seen = new Set<string | undefined>([
    ...[...number].map(digitLabel),
    ...kit.colours,
    labels[kit.pattern],
    ...(kit.sleeves ? [] : [SLEEVELESS]),
  ]);
  return SHIRT_LABELS.filter((label) => seen.has(label));
}
