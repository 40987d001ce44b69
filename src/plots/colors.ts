// Colours that people with colour-blindness tell apart, and ramps that darken evenly.

type Rgb = readonly [number, number, number];

/** Categorical colours of Okabe and Ito (2008), darkest contrast on white first. */
export const CATEGORICAL: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#e69f00",
  "#000000",
];

/** Right and wrong: blue and vermilion, which also differ where red and green do not. */
export const RIGHT_COLOR = "#0072b2";
/** What is wrong; see `RIGHT_COLOR`. */
export const WRONG_COLOR = "#d55e00";

const RAMPS: { readonly [name in "right" | "wrong"]: readonly [Rgb, Rgb, Rgb] } = {
  right: [
    [255, 255, 255],
    [107, 174, 214],
    [8, 48, 107],
  ],
  wrong: [
    [255, 255, 255],
    [253, 157, 84],
    [127, 39, 4],
  ],
};

/** The colour of `ramp` at `position`, 0 (white) to 1 (darkest). */
export function rampColor(ramp: "right" | "wrong", position: number): Rgb {
  const [light, middle, dark] = RAMPS[ramp];
  const [from, to, share] = position < 0.5 ? [light, middle, position * 2] : [middle, dark, position * 2 - 1];
  const channel = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [channel(0), channel(1), channel(2)];
}

/** `#rrggbb`; channels are whole numbers of 0 to 255. */
export function cssColor([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
