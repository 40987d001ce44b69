// Sample sets on disk: each whole or absent, used again where it is there, never at the cost of other files.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { ClassifierTrainingError } from "../core/errors.ts";
import type { SamplePicture } from "./picture.ts";

/** The parts that a set comes in. */
export const SPLITS = ["train", "val", "test"] as const;

/** A number of pictures for each split. */
export interface SplitCounts {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/** A complete set on disk. */
export interface RenderedSet {
  readonly root: string;
  readonly pictures: number;
  /** True when a complete set with the same parameters was there already. */
  readonly reused: boolean;
}

/** What a finished set was made from, kept in it. Two equal ones mean equal pictures. */
export interface SetManifest {
  readonly renderer: number;
  readonly seed: number;
  readonly imageSize: number;
}

/** How sets of one kind are made from their manifests. */
export interface SetKind<M extends SetManifest> {
  /** Where the manifest is kept, below the root. */
  readonly manifestFile: string;
  /** Paths below the root, with forward slashes. */
  readonly pictures: (manifest: M) => string[];
  /** A picture is a function of its path and the manifest's seed and size. */
  readonly draw: (name: string, manifest: M) => SamplePicture;
  /** A table of the pictures below the root. Default: none. */
  readonly table?: { readonly file: string; readonly text: (manifest: M) => string };
}

const ENCODED_AT_ONCE = 16;

/** Path of the picture at `index` in `folder`. */
export function pictureName(folder: string, index: number): string {
  return `${folder}/${String(index).padStart(4, "0")}.jpg`;
}

/** Renders a set, unless a complete one with the same manifest is there already. */
export async function renderSet<M extends SetManifest>(
  kind: SetKind<M>,
  folder: string,
  manifest: M,
  onProgress?: (done: number, total: number) => void,
): Promise<RenderedSet> {
  const root = resolve(folder);
  const pictures = kind.pictures(manifest).length;
  const present = await inspect(kind, root);
  if (present?.complete && JSON.stringify(present.manifest) === JSON.stringify(manifest)) {
    return { root, pictures, reused: true };
  }
  try {
    await mkdir(dirname(root), { recursive: true });
    const partial = await mkdtemp(join(dirname(root), `.${basename(root)}-`));
    try {
      await writeSet(kind, join(partial, "new"), manifest, onProgress);
      if (present !== undefined) await rename(root, join(partial, "old"));
      await rename(join(partial, "new"), root);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ClassifierTrainingError(
      "storage",
      "SAMPLES_NOT_WRITTEN",
      `cannot write the sample set: ${error.message}`,
      {
        where: root,
        hint: "free some space or choose a folder that can be written",
        cause: error,
      },
    );
  }
  return { root, pictures, reused: false };
}

async function writeSet<M extends SetManifest>(
  { manifestFile, pictures, draw, table }: SetKind<M>,
  folder: string,
  manifest: M,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const { default: sharp } = await import("sharp");
  const names = pictures(manifest);
  for (const name of new Set(names.map(dirname))) await mkdir(join(folder, name), { recursive: true });
  const raw = { width: manifest.imageSize, height: manifest.imageSize, channels: 3 } as const;
  let bytes = 0;
  let done = 0;
  const write = async (name: string, content: Uint8Array): Promise<void> => {
    await writeFile(join(folder, name), content);
    bytes += content.length;
  };
  const writePicture = async (name: string): Promise<void> => {
    const { canvas, jpegQuality } = draw(name, manifest);
    await write(name, await sharp(canvas.toBytes(), { raw }).jpeg({ quality: jpegQuality }).toBuffer());
    onProgress?.(++done, names.length);
  };
  for (let start = 0; start < names.length; start += ENCODED_AT_ONCE) {
    const batch = await Promise.allSettled(names.slice(start, start + ENCODED_AT_ONCE).map(writePicture));
    const failed = batch.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
  if (table !== undefined) await write(table.file, Buffer.from(table.text(manifest)));
  await writeFile(join(folder, manifestFile), JSON.stringify({ ...manifest, bytes }));
}

/** The set that lies at `root`, if any; throws when something else lies there. */
async function inspect<M extends SetManifest>(
  { manifestFile, pictures, table }: SetKind<M>,
  root: string,
): Promise<{ manifest: M; complete: boolean } | undefined> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw taken(root, error.code === "ENOTDIR" ? "is not a folder" : `cannot be read: ${error.message}`);
    },
  );
  if (entries === undefined || entries.length === 0) return undefined;
  const text = await readFile(join(root, manifestFile), "utf8").catch(() => undefined);
  if (text === undefined) throw taken(root, "holds other files");
  const { bytes, ...rest } = JSON.parse(text) as M & { bytes: number };
  const manifest = rest as unknown as M;
  const expected = new Set(pictures(manifest));
  if (table !== undefined) expected.add(table.file);
  let found = 0;
  let foundBytes = 0;
  for (const entry of entries) {
    if (entry.isDirectory() || entry.name === manifestFile) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1).replaceAll(sep, "/");
    if (!expected.has(name)) throw taken(root, `holds ${name}, which is not of the sample set`);
    found++;
    foundBytes += (await stat(path)).size;
  }
  return { manifest, complete: found === expected.size && foundBytes === bytes };
}

function taken(root: string, what: string): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "SAMPLES_FOLDER_TAKEN",
    `the folder for the sample set ${what}`,
    {
      where: root,
      hint: "choose another folder, or remove this one",
    },
  );
}

/** Refuses what no kind of set can be made from; `where` names the option that `counts` came from. */
export function checkSet({ imageSize, seed }: SetManifest, counts: SplitCounts, where: string): void {
  if (!Number.isInteger(imageSize) || imageSize < 32 || imageSize > 1024) {
    refuseOption(`${imageSize} is not a whole number from 32 to 1024`, "imageSize");
  }
  if (!Number.isSafeInteger(seed) || seed < 0) refuseOption(`${seed} is not a whole number from 0`, "seed");
  for (const split of SPLITS) {
    const count = counts[split];
    if (!Number.isInteger(count) || count < 1 || count > 9999) {
      refuseOption(`${count} is not a whole number from 1 to 9999`, `${where}.${split}`);
    }
  }
}

/** Throws `SAMPLES_BAD_OPTION`. */
export function refuseOption(message: string, where: string): never {
  throw new ClassifierTrainingError("usage", "SAMPLES_BAD_OPTION", message, { where });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
