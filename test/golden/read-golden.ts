// Reading the golden files beside this one.
import { readFileSync } from "node:fs";

/** A golden JSON file; its non-finite numbers are the strings "nan", "inf" and "-inf". */
export function readGolden<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as T;
}
