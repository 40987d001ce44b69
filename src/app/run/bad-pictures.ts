// Tells a person of pictures that could not be read and were left out.

import { compareCodePoints } from "../../core/index.ts";
import type { BadPicture, DataModule } from "../../data/index.ts";
import type { Collective } from "../../runtime/collective.ts";

/** The part of a data module that knows them. */
interface LeavesOut {
  readonly badPictures: ReadonlyMap<string, BadPicture>;
}

/** Lets every process know what the others have left out. */
export async function gatherBadPictures(data: DataModule, collective: Collective): Promise<void> {
  if (collective.size === 1) return;
  for (const pictures of await collective.gather([...data.badPictures]))
    for (const [name, picture] of pictures) data.badPictures.set(name, picture);
}

/** Names in a line; the rest is counted. */
const MOST_NAMES = 3;

/** `a.jpg, b.jpg, c.jpg and 2 more` */
export function firstNames(pictures: readonly { readonly name: string }[]): string {
  const names = pictures.slice(0, MOST_NAMES).map(({ name }) => name);
  const rest = pictures.length - names.length;
  return `${names.join(", ")}${rest === 0 ? "" : ` and ${rest} more`}`;
}

/** `2 pictures` */
export function countPictures(count: number): string {
  return `${count} ${count === 1 ? "picture" : "pictures"}`;
}

/** What a data module has left out, in the order of names: that of loading depends on timing. */
export function leftOutOf({ badPictures }: LeavesOut): BadPicture[] {
  return [...badPictures.values()].sort((a, b) => compareCodePoints(a.name, b.name));
}

/**
 * One line that counts and names what a data module has left out; undefined where that is nothing.
 * @param reasons where it says what is wrong with them
 */
export function leftOutLine(data: LeavesOut, reasons: string): string | undefined {
  const pictures = leftOutOf(data);
  if (pictures.length === 0) return undefined;
  const were = pictures.length === 1 ? "was" : "were";
  return `${countPictures(pictures.length)} could not be read and ${were} left out: ${firstNames(pictures)}; ${reasons}`;
}
