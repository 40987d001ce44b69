// Decides where pictures go before anything is moved, and refuses what would harm the data set.
import { posix } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Listing } from "../data/listing.ts";
import type { ChangeRequest } from "./api.ts";
import type { ChangeItem } from "./change-log.ts";
import type { ClassFolders } from "./class-folders.ts";
import { isFree } from "./move-file.ts";

/** Where each picture goes. */
export interface PlannedMove {
  readonly ids: readonly number[];
  readonly items: readonly ChangeItem[];
  /** The class that they are moved to; undefined: out of the data set. */
  readonly label: number | undefined;
}

/**
 * Plans to move pictures; those that are of the class already stay. A name that is taken gets a number.
 * @param pathOf where an item goes
 * @throws ClassifierTrainingError kind "usage": `PICTURES_FIXED`, `NOT_FOUND`, `NOTHING_TO_DO`, `CLASS_WOULD_BE_EMPTY`
 */
export async function planMove(
  request: Exclude<ChangeRequest, { readonly action: "dismiss" }>,
  { listing, folders }: { readonly listing: Listing; readonly folders: ClassFolders | undefined },
  pathOf: (item: ChangeItem) => string,
): Promise<PlannedMove> {
  if (folders === undefined)
    throw refusal("PICTURES_FIXED", "these pictures are not moved: their labels are no folders");
  const label = request.action === "move" ? request.label : undefined;
  if (label !== undefined && listing.classes[label] === undefined)
    throw refusal("NOT_FOUND", "there is no such class");
  for (const id of request.ids)
    if (!listing.has(id)) throw refusal("NOT_FOUND", "a picture is no longer here");
  const ids = [...new Set(request.ids)].filter((id) => listing.labels(id)[0] !== label);
  if (ids.length === 0) throw refusal("NOTHING_TO_DO", "these pictures are of this class already");
  refuseEmptyClasses(ids, listing);
  const taken = new Set<string>();
  const items: ChangeItem[] = [];
  for (const id of ids) {
    const from = listing.name(id);
    const folder = label === undefined ? posix.dirname(from) : folders.folder(listing.part(id), label);
    const wanted = posix.join(folder ?? "", posix.basename(from));
    const to = await freeName(from, wanted, taken, pathOf);
    taken.add(to);
    items.push({ from, to });
  }
  return { ids, items, label };
}

/** `photo.jpg`, or else `photo-2.jpg`, `photo-3.jpg` ... */
async function freeName(
  from: string,
  wanted: string,
  taken: ReadonlySet<string>,
  pathOf: (item: ChangeItem) => string,
): Promise<string> {
  const { dir, name, ext } = posix.parse(wanted);
  for (let number = 1; ; number++) {
    const to = number === 1 ? wanted : posix.join(dir, `${name}-${number}${ext}`);
    if (!taken.has(to) && (await isFree(pathOf({ from, to })))) return to;
  }
}

/** A class folder without pictures is an error when the data set is opened again. */
function refuseEmptyClasses(ids: readonly number[], listing: Listing): void {
  for (const part of listing.parts) {
    const left = [...listing.counts(part)];
    const leaving = new Set<number>();
    for (const id of ids) {
      if (listing.part(id) !== part) continue;
      for (const label of listing.labels(id)) {
        left[label]!--;
        leaving.add(label);
      }
    }
    for (const label of leaving) {
      if (left[label]! > 0) continue;
      throw new ClassifierTrainingError(
        "usage",
        "CLASS_WOULD_BE_EMPTY",
        `no picture of it would be left in ${part}`,
        {
          where: listing.classes[label],
          hint: "leave one there, or rename the folder itself",
        },
      );
    }
  }
}

function refusal(code: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message);
}
