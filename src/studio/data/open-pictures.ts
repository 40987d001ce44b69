// All that the studio has of the open pictures, from the start to a stop.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Changes } from "../changes/changes.ts";
import { ClassFolders } from "../changes/class-folders.ts";
import { Decisions } from "../labels/decisions.ts";
import { Problems } from "../problems/problems.ts";
import { memoryStore } from "../store/memory-store.ts";
import { sqliteStore } from "../store/sqlite-store.ts";
import type { StudioStore } from "../store/store.ts";
import { type Beside, besideOf } from "./beside.ts";
import { Listing } from "./listing.ts";
import type { OpenData } from "./open-data.ts";
import { Pictures } from "./pictures.ts";
import { Sizes } from "./sizes.ts";
import { Thumbnails } from "./thumbnails.ts";
import { whyFixed } from "./why-fixed.ts";

/** What the parts of the studio ask about pictures. */
export interface OpenPictures {
  readonly listing: Listing;
  readonly pictures: Pictures;
  readonly thumbnails: Thumbnails;
  readonly sizes: Sizes;
  readonly store: StudioStore;
  /** The folder of all that the studio writes about the data set; undefined where nothing can be written. */
  readonly beside: string | undefined;
  /** Undefined where nothing can be kept; to be looked at where `beside` is undefined. */
  readonly changes: Changes | undefined;
  readonly problems: Problems;
  /** Those about labels; undefined where the data was opened with a list of changed labels. */
  readonly decisions: Decisions | undefined;
  /** Why pictures cannot be moved; null where they can. */
  readonly fixed: string | null;
  close(): void;
}

/** What is listed, and what is kept about it. */
interface OpenPicturesRequest {
  readonly data: OpenData;
  /** Undefined where the data set has no root. */
  readonly beside: Beside | undefined;
  note(line: string): void;
}

/**
 * Lists the pictures, and opens what is kept about them beside the data set.
 * @throws ClassifierTrainingError kind "storage" `LOG_UNREADABLE`, `LOG_NOT_WRITTEN`
 */
export async function openPictures({ data, beside, note }: OpenPicturesRequest): Promise<OpenPictures> {
  const { root, splits, task } = data;
  const listing = new Listing(splits, root ?? splits.root ?? "");
  const pictures = new Pictures(listing, root);
  const folders = task === "multi_label" ? undefined : ClassFolders.of(splits, listing);
  const isWritten = beside?.closed === null;
  const store = beside === undefined ? memoryStore() : await openStore(beside, note);
  const changes =
    beside === undefined
      ? undefined
      : await Changes.open({ root: root!, beside: beside.folder, listing, folders }, { isWritten });
  const dismissed = (): ReadonlySet<string> => changes?.dismissed ?? new Set();
  const path = join(besideOf(root ?? splits.root ?? "."), "labels.jsonl");
  const left = (): ReadonlySet<string> => changes?.left ?? new Set();
  const decisions =
    splits.labelChanges === undefined
      ? new Decisions({ path, listing, several: task === "multi_label", left })
      : undefined;
  // A studio may have been killed behind a change.
  if (isWritten) await decisions?.settle().catch((error: Error) => note(error.message));
  const problems = new Problems({ data, listing, store, dismissed });
  const sizes = new Sizes(pictures);
  return {
    ...{ listing, pictures, sizes, store, changes, decisions, problems },
    beside: isWritten ? beside.folder : undefined,
    thumbnails: new Thumbnails(pictures, store),
    fixed: whyFixed(data, beside, folders !== undefined),
    close() {
      sizes.close();
      problems.close();
      store.close();
    },
  };
}

/** A cache that is kept where it can be; one that is only read is added to in memory. */
async function openStore({ folder, closed }: Beside, note: (line: string) => void): Promise<StudioStore> {
  const path = join(folder, "studio.sqlite");
  try {
    if (closed === null) return await sqliteStore(path);
    return existsSync(path) ? memoryStore(await sqliteStore(path, { isReadOnly: true })) : memoryStore();
  } catch (error) {
    note(`${path}: thumbnails and results are kept in memory: ${(error as Error).message.split("\n")[0]}`);
    return memoryStore();
  }
}
