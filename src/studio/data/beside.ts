// Where the studio keeps what it writes about a data set: beside it.
import { resolve } from "node:path";

/** The folder of a data set's root, which need not be there yet. */
export function besideOf(root: string): string {
  return `${resolve(root)}.studio`;
}
