// All that the studio has of the open pictures, from the start to a stop.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore } from "../store/memory-store.ts";
import { sqliteStore } from "../store/sqlite-store.ts";
import type { StudioStore } from "../store/store.ts";
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

/** Lists the pictures, and opens what is kept about them beside the data set. */
export async function openPictures({ data, readOnly, note }: OpenPicturesRequest): Promise<OpenPictures> {
  const listing = new Listing(data.splits, data.root ?? "");
  const pictures = new Pictures(listing, data.root);
  const beside = readOnly || data.root === undefined ? undefined : await besideFolder(data.root, note);
  const store = beside === undefined ? memoryStore() : await openStore(join(beside, "studio.sqlite"), note);
  const sizes = new Sizes(pictures);
  return {
    ...{ listing, pictures, sizes, store },
    thumbnails: new Thumbnails(pictures, store),
    fixed: readOnly ? "the studio was opened to look, not to change" : null,
    close() {
      sizes.close();
      store.close();
    },
  };
}

/** The folder of all that the studio writes about a data set; undefined, and said, where it cannot be written. */
async function besideFolder(root: string, note: (line: string) => void): Promise<string | undefined> {
  const folder = `${root.replace(/[/\\]+$/, "")}.studio`;
  try {
    await mkdir(folder, { recursive: true });
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
