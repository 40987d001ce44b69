// How callbacks call a class and a sample.
import type { FitContext } from "../../train/index.ts";

/** The class names of the data; classes without names have numbers. */
export function classNamesOf({ data }: Pick<FitContext, "data">, classes: number): readonly string[] {
  return data.classes ?? Array.from({ length: classes }, (_, c) => String(c));
}

/** The split that a validation is of: with `overfitBatches` that of training. */
export function validatedSplit({ options }: Pick<FitContext, "options">): "train" | "val" {
  return options.overfitBatches === undefined ? "val" : "train";
}

/** The name of a validated sample: its path, where it has one, else its number. */
export function sampleNameOf(context: Pick<FitContext, "data" | "options">, index: number): string {
  return context.data.splits?.[validatedSplit(context)]?.name(index) ?? String(index);
}
