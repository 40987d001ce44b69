// The colour that stands for nothing to see.
import { ClassifierTrainingError } from "../../../core/index.ts";
import type { Normalization } from "../../../plots/index.ts";

/** The mean colour of the training's normalisation, or red, green and blue of 0 to 1. */
export type Baseline = "mean" | readonly [red: number, green: number, blue: number];

/** `mean`, `black`, `white` or `#rrggbb`. @throws ClassifierTrainingError kind "usage" `BASELINE` */
export function parseBaseline(word: string): Baseline {
  if (word === "mean") return word;
  if (word === "black") return [0, 0, 0];
  if (word === "white") return [1, 1, 1];
  const digits = /^#?([0-9a-f]{6})$/i.exec(word)?.[1];
  if (digits !== undefined) {
    const channel = (i: number): number => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16) / 255;
    return [channel(0), channel(1), channel(2)];
  }
  throw new ClassifierTrainingError("usage", "BASELINE", `"${word}" is no colour`, {
    where: "--baseline",
    hint: 'choose mean, black, white, or a colour such as "#808080"',
  });
}

/** A value for each channel, as the network is given it. */
export function inNetworkUnits(baseline: Baseline, { mean, std }: Normalization): number[] {
  return baseline === "mean" ? mean.map(() => 0) : mean.map((m, i) => (baseline[i % 3]! - m) / std[i]!);
}
