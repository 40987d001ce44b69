// All that the studio has of the open pictures, from the start to a stop.
import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Changes } from "../changes/changes.ts";
import { ClassFolders } from "../changes/class-folders.ts";
import { Problems } from "../problems/problems.ts";
import { memoryStore } from "../store/memory-store.ts";
import { sqliteStore } from "../store/sqlite-store.ts";
import type { StudioStore } from "../store/store.ts";
import { besideOf } from "./beside.ts";
import { Listing } from "./listing.ts";
import type { OpenData } from "./open-data.ts";
import { Pictures } from "./pictures.ts";
import { Sizes } from "./sizes.ts";
import { Thumbnails } from "./thumbnails.ts";

/** What the parts of the studio ask about pictures. */
export interface OpenPictures {
  readonly listing: Listing;
  readonly pictures: Pictures;
  readonly thumbnails: Thumbnails;
  readonly sizes: Sizes;
  readonly store: StudioStore;
  /** The folder of all that the studio writes about the data set; undefined where nothing can be written. */
  readonly beside: string | undefined;
  /** Undefined where nothing can be changed. */
  readonly changes: Changes | undefined;
  readonly problems: Problems;
  /** Why pictures cannot be moved; null where they can. */
  readonly fixed: string | null;
  close(): void;
}

/** How the studio was opened. */
interface OpenPicturesRequest {
  readonly data: OpenData;
  readonly readOnly: boolean;
  note(line: string): void;
}

/**
 * Lists the pictures, and opens what is kept about them beside the data set.
 * @throws ClassifierTrainingError kind "storage" `LOG_UNREADABLE`, `LOG_NOT_WRITTEN`
 */
export async function openPictures({ data, readOnly, note }: OpenPicturesRequest): Promise<OpenPictures> {
  const { root, splits, task } = data;
  const listing = new Listing(splits, root ?? "");
  const pictures = new Pictures(listing, root);
  const folders = task === "multi_label" ? undefined : ClassFolders.of(splits, listing);
  const beside = readOnly || root === undefined ? undefined : await besideFolder(root, note);
  const store = beside === undefined ? memoryStore() : await openStore(join(beside, "studio.sqlite"), note);
  const changes =
    beside === undefined ? undefined : await Changes.open({ root: root!, beside, listing, folders });
  const dismissed = (): ReadonlySet<string> => changes?.dismissed ?? new Set();
  const problems = new Problems({ data, listing, store, dismissed });
  const sizes = new Sizes(pictures);
  return {
    ...{ listing, pictures, sizes, store, beside, changes, problems },
    thumbnails: new Thumbnails(pictures, store),
    fixed: whyFixed({ readOnly, hasFolder: beside !== undefined, isSorted: folders !== undefined }),
    close() {
      sizes.close();
      problems.close();
      store.close();
    },
  };
}

function whyFixed(how: { readOnly: boolean; hasFolder: boolean; isSorted: boolean }): string | null {
  if (how.readOnly) return "The studio was opened to look, not to change.";
  if (!how.isSorted)
    return "These pictures are not sorted into a folder for each class: mend their labels on the Labels page.";
  return how.hasFolder
    ? null
    : "The folder beside the pictures cannot be written, so they can only be looked at.";
}

/** The folder beside the data set; undefined, and said, where it cannot be written. */
async function besideFolder(root: string, note: (line: string) => void): Promise<string | undefined> {
  const folder = besideOf(root);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    note(
      `${folder}: cannot be written (${(error as NodeJS.ErrnoException).code}): pictures can only be looked at`,
    );
    return undefined;
  }
}

async function openStore(path: string, note: (line: string) => void): Promise<StudioStore> {
  try {
    return await sqliteStore(path);
  } catch (error) {
    note(`${path}: thumbnails and results are kept in memory: ${(error as Error).message.split("\n")[0]}`);
    return memoryStore();
  }
}
