// The sample data set: renders pictures of jersey numbers into root/{train,val,test}/<number>/<index>.jpg.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { ClassifierTrainingError } from "../core/errors.ts";
import { DIGITS } from "./digits.ts";
import { drawJersey } from "./picture.ts";

/** Pictures of each class, by split. */
export interface PicturesPerClass {
  readonly train: number;
  readonly val: number;
  readonly test: number;
}

/** What is rendered and where; equal seed, size, counts and classes give equal pictures. */
export interface JerseyNumbersOptions {
  /** The folder that will hold `train`, `val` and `test`. */
  readonly root: string;
  /** Default 42. */
  readonly seed?: number;
  /** Width and height of a picture in pixels, 32 to 1024; default 96. */
  readonly imageSize?: number;
  /** Pictures of each class in each split; default 100 / 20 / 40. */
  readonly perClass?: PicturesPerClass;
  /** Numbers of one or two digits; default 0 to 9, 10 and 23. */
  readonly classes?: readonly string[];
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A complete set on disk. */
export interface JerseyNumbersSet {
  readonly root: string;
  readonly pictures: number;
  /** True when a complete set with the same parameters was there already. */
  readonly reused: boolean;
}

/** What a finished set was made from, kept in it. Two equal ones mean equal pictures. */
interface Manifest {
  readonly renderer: number;
  readonly seed: number;
  readonly imageSize: number;
  readonly perClass: PicturesPerClass;
  readonly classes: readonly string[];
}

/** Raise it when the pictures change: sets of older renderers are then made anew. */
const RENDERER_VERSION = 1;
const MANIFEST_FILE = ".jersey-numbers.json";
const SPLITS = ["train", "val", "test"] as const;
const ENCODED_AT_ONCE = 16;

/**
 * Renders the sample data set, unless a complete one with the same parameters is there already. The pictures are
 * made in a folder beside `root` that takes its name at the end, so a set is either whole or absent. A set of
 * another make is replaced; a folder that holds anything else is left alone.
 *
 * @throws ClassifierTrainingError `SAMPLES_BAD_OPTION` (usage), `SAMPLES_FOLDER_TAKEN` (data), `SAMPLES_NOT_WRITTEN`
 * (storage).
 */
export async function renderJerseyNumbers(options: JerseyNumbersOptions): Promise<JerseyNumbersSet> {
  const { seed = 42, imageSize = 96, perClass = { train: 100, val: 20, test: 40 }, onProgress } = options;
  const classes = options.classes ?? [...DIGITS, "10", "23"];
  const root = resolve(options.root);
  const manifest: Manifest = { renderer: RENDERER_VERSION, seed, imageSize, perClass, classes };
  check(manifest);
  const names = pictureNames(manifest);
  const present = await inspect(root);
  if (present?.complete && JSON.stringify(present.manifest) === JSON.stringify(manifest)) {
    return { root, pictures: names.length, reused: true };
  }
  try {
    await mkdir(dirname(root), { recursive: true });
    const partial = await mkdtemp(join(dirname(root), `.${basename(root)}-`));
    try {
      await writePictures(join(partial, "new"), manifest, names, onProgress);
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
  return { root, pictures: names.length, reused: false };
}

async function writePictures(
  folder: string,
  manifest: Manifest,
  names: readonly string[],
  onProgress: JerseyNumbersOptions["onProgress"],
): Promise<void> {
  const { default: sharp } = await import("sharp");
  for (const split of SPLITS) {
    for (const number of manifest.classes) await mkdir(join(folder, split, number), { recursive: true });
  }
  const { imageSize, seed } = manifest;
  const raw = { width: imageSize, height: imageSize, channels: 3 } as const;
  let bytes = 0;
  let done = 0;
  const writeOne = async (name: string): Promise<void> => {
    const { canvas, jpegQuality } = drawJersey(name.split("/")[1]!, imageSize, seed, name);
    const jpeg = await sharp(canvas.toBytes(), { raw }).jpeg({ quality: jpegQuality }).toBuffer();
    await writeFile(join(folder, name), jpeg);
    bytes += jpeg.length;
    onProgress?.(++done, names.length);
  };
  for (let start = 0; start < names.length; start += ENCODED_AT_ONCE) {
    const batch = await Promise.allSettled(names.slice(start, start + ENCODED_AT_ONCE).map(writeOne));
    const failed = batch.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify({ ...manifest, bytes }));
}

/** Paths below the root, with forward slashes: the picture is a function of this name and the seed. */
function pictureNames({ classes, perClass }: Manifest): string[] {
  return SPLITS.flatMap((split) =>
    classes.flatMap((number) =>
      Array.from(
        { length: perClass[split] },
        (_, i) => `${split}/${number}/${String(i).padStart(4, "0")}.jpg`,
      ),
    ),
  );
}

/** The set that lies at `root`, if any; throws when something else lies there. */
async function inspect(root: string): Promise<{ manifest: Manifest; complete: boolean } | undefined> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw taken(root, error.code === "ENOTDIR" ? "is not a folder" : `cannot be read: ${error.message}`);
    },
  );
  if (entries === undefined || entries.length === 0) return undefined;
  const text = await readFile(join(root, MANIFEST_FILE), "utf8").catch(() => undefined);
  if (text === undefined) throw taken(root, "holds other files");
  const { bytes, ...manifest } = JSON.parse(text) as Manifest & { bytes: number };
  const expected = new Set(pictureNames(manifest));
  let found = 0;
  let foundBytes = 0;
  for (const entry of entries) {
    if (entry.isDirectory() || entry.name === MANIFEST_FILE) continue;
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

function check({ classes, imageSize, perClass, seed }: Manifest): void {
  const refuse = (message: string, where: string): never => {
    throw new ClassifierTrainingError("usage", "SAMPLES_BAD_OPTION", message, { where });
  };
  const odd = classes.find((number) => !/^\d{1,2}$/.test(number));
  if (odd !== undefined) refuse(`'${odd}' is no number of one or two digits`, "classes");
  if (classes.length < 2) refuse(`${classes.length} classes, at least 2 are needed`, "classes");
  if (new Set(classes).size < classes.length) refuse("a number is named twice", "classes");
  if (!Number.isInteger(imageSize) || imageSize < 32 || imageSize > 1024) {
    refuse(`${imageSize} is not a whole number from 32 to 1024`, "imageSize");
  }
  if (!Number.isSafeInteger(seed) || seed < 0) refuse(`${seed} is not a whole number from 0`, "seed");
  for (const split of SPLITS) {
    const count = perClass[split];
    if (!Number.isInteger(count) || count < 1 || count > 9999) {
      refuse(`${count} is not a whole number from 1 to 9999`, `perClass.${split}`);
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
