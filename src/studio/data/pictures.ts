// The pictures of the open data set as the studio hands them out: never from outside the folder that was opened.
import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { type ImageSource, readSource } from "../../image/index.ts";
import { type EncodedPicture, encodeForPage, readPictureSize } from "../../image/thumbnail.ts";
import { readRange } from "../../platform/index.ts";
import type { PictureFacts } from "./api.ts";
import type { Listing } from "./listing.ts";

/** Bytes in which most formats have said how large a picture is. */
const HEAD_BYTES = 1 << 16;

/** Reads the pictures of a listing. */
export class Pictures {
  readonly listing: Listing;
  readonly #root: string | undefined;

  /** @param root the folder or archive that was opened; undefined: the pictures have none in common */
  constructor(listing: Listing, root: string | undefined) {
    this.listing = listing;
    this.#root = root;
  }

  /**
   * Where a picture is to be read.
   * @throws ClassifierTrainingError `NOT_FOUND`; kind "usage" `PICTURE_OUTSIDE` where a link leads out of the opened folder
   */
  async source(id: number): Promise<ImageSource> {
    const source = await this.listing.source(id);
    if (source.kind !== "file" || this.#root === undefined) return source;
    const [root, path] = await Promise.all([
      realpath(this.#root),
      realpath(source.path).catch(() => undefined),
    ]);
    if (path === undefined || isWithin(root, path)) return source;
    throw new ClassifierTrainingError(
      "usage",
      "PICTURE_OUTSIDE",
      "this picture lies outside the opened folder",
      {
        where: this.listing.name(id),
      },
    );
  }

  /** The whole picture, as browsers show it. @throws as `source` and `encodeForPage` */
  async whole(id: number): Promise<EncodedPicture> {
    return encodeForPage(await this.source(id), this.listing.name(id));
  }

  /** What is known of it, its size read from the file. @throws as `source` */
  async facts(id: number): Promise<PictureFacts> {
    const source = await this.source(id);
    const size = await this.#size(source, this.listing.name(id));
    const bytes =
      source.kind === "file"
        ? await stat(source.path).then(
            (found) => found.size,
            () => null,
          )
        : "length" in source
          ? source.length
          : null;
    return {
      ...this.listing.listed(id),
      bytes,
      width: size?.width ?? null,
      height: size?.height ?? null,
    };
  }

  /** Measures a picture for the listing. */
  async measure(id: number): Promise<void> {
    const size = await this.source(id)
      .then((source) => this.#size(source, this.listing.name(id)))
      .catch(() => undefined);
    this.listing.setSide(id, size === undefined ? -1 : Math.min(size.width, size.height));
  }

  async #size(source: ImageSource, name: string): Promise<{ width: number; height: number } | undefined> {
    if (source.kind === "image") return source.image;
    if (source.kind === "pixels") return source;
    try {
      if (source.kind === "file") {
        const size = await readPictureSize(await readRange(source.path, 0, HEAD_BYTES));
        if (size !== undefined) return size;
      }
      return await readPictureSize(await readSource(source, name));
    } catch {
      return undefined;
    }
  }
}

/** Whether a path is a folder's or one within it; both are real paths. */
export function isWithin(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
