// How callbacks call a class.
import type { FitContext } from "../train/index.ts";

/** The class names of the data; classes without names have numbers. */
export function classNamesOf({ data }: Pick<FitContext, "data">, classes: number): readonly string[] {
  return data.classes ?? Array.from({ length: classes }, (_, c) => String(c));
}
