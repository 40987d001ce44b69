// What to do about a class that looks like several labels of one picture.

/** The settings by which `cat|dog` is two labels; undefined where the text names nothing of the kind. */
export function severalHint(text: string): string | undefined {
  if (!text.includes("|")) return undefined;
  return "if these are several labels of a picture, set task=multi_label data.label_separator='|'";
}
