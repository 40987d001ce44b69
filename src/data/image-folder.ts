// ImageFolder: one sub-folder per class, by torchvision's rules.
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";
import { compareCodePoints } from "./code-points.ts";
import type { ImageDataset, ImageSource } from "./dataset.ts";

/** The file name endings that torchvision takes for pictures, in any case. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  ".jpg",
  ".jpeg",
  ".png",
  ".ppm",
  ".bmp",
  ".pgm",
  ".tif",
  ".tiff",
  ".webp",
];

export interface ImageFolderOptions {
  /**
   * The classes to use, in this order, as found in the training split: labels keep their meaning, and a folder of
   * another name is an error. Default: the names of the sub-folders, sorted by code point.
   */
  readonly classes?: readonly string[];
}

/** What was seen in a folder and left out, for a warning. */
export interface SkippedEntries {
  /** Hidden folders beside the class folders. */
  readonly hiddenFolders: readonly string[];
  /** Hidden files, and files that do not end like a picture. */
  readonly otherFiles: number;
}

/** A folder of pictures with one sub-folder per class, nested folders included. */
export class ImageFolder implements ImageDataset {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  /** Paths relative to `root`, with `/` between the parts. */
  readonly files: readonly string[];
  readonly skipped: SkippedEntries;

  private constructor(
    readonly root: string,
    classes: readonly string[],
    labels: Int32Array,
    files: readonly string[],
    skipped: SkippedEntries,
  ) {
    this.classes = classes;
    this.labels = labels;
    this.files = files;
    this.skipped = skipped;
  }

  /**
   * Lists the pictures under `root`: classes in order, in each the folders and then the files by code point.
   * Classes of `options.classes` without a folder simply have no pictures.
   * @throws ClassifierTrainingError kind "data": `DATA_ROOT` where `root` is no readable folder, `NO_CLASSES` where it
   * has no sub-folders, `CLASS_EMPTY` where one has no pictures, `CLASS_UNKNOWN` where one is not in `options.classes`
   */
  static async open(root: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
    const folders = await classFolders(root);
    const classes = options.classes ?? folders.visible;
    const labelOf = new Map(classes.map((name, label) => [name, label]));
    for (const name of folders.visible) {
      if (!labelOf.has(name)) throw unknownClass(root, name, classes);
    }
    const files: string[] = [];
    const labels: number[] = [];
    const tally = { others: 0 };
    for (const name of [...folders.visible].sort((a, b) => labelOf.get(a)! - labelOf.get(b)!)) {
      const pictures = await listPictures(root, name, tally);
      if (pictures.length === 0) throw emptyClass(root, name);
      for (const picture of pictures) {
        files.push(picture);
        labels.push(labelOf.get(name)!);
      }
    }
    return new ImageFolder(root, classes, Int32Array.from(labels), files, {
      hiddenFolders: folders.hidden,
      otherFiles: tally.others,
    });
  }

  source(index: number): ImageSource {
    return { kind: "file", path: join(this.root, this.files[index]!) };
  }

  name(index: number): string {
    return join(this.root, this.files[index]!);
  }
}

/** The sub-folders of `root` that are classes, sorted, and the hidden ones that are not. */
export async function classFolders(
  root: string,
): Promise<{ readonly visible: readonly string[]; readonly hidden: readonly string[] }> {
  const names: string[] = [];
  for (const entry of await readFolder(root, root)) {
    if (await isFolder(root, entry)) names.push(entry.name);
  }
  names.sort(compareCodePoints);
  const visible = names.filter((name) => !isHidden(name));
  if (visible.length === 0) {
    throw new ClassifierTrainingError("data", "NO_CLASSES", "no class folders here", {
      where: root,
      hint: "put the pictures of each class into a sub-folder named after it",
    });
  }
  return { visible, hidden: names.filter(isHidden) };
}

/** The pictures below `folder` (relative to `root`): its folders by path, in each the files by name. */
async function listPictures(root: string, folder: string, tally: { others: number }): Promise<string[]> {
  const picturesOf = new Map<string, string[]>();
  const pending: { path: string; above: readonly string[] }[] = [{ path: folder, above: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, above } = next;
    const pictures: string[] = [];
    const folders: string[] = [];
    let linked = above.length > 0;
    for (const entry of await readFolder(join(root, path), root)) {
      if (isHidden(entry.name)) tally.others++;
      else if (await isFolder(join(root, path), entry)) {
        folders.push(`${path}/${entry.name}`);
        linked ||= entry.isSymbolicLink();
      } else if (hasImageExtension(entry.name)) pictures.push(entry.name);
      else tally.others++;
    }
    picturesOf.set(path, pictures.sort(compareCodePoints));
    // A link may lead back to a folder above it; only where there are links do real paths matter.
    const trail = linked ? [...above, await realpath(join(root, path))] : above;
    for (const child of folders) {
      if (linked && trail.includes(await realpath(join(root, child)))) continue;
      pending.push({ path: child, above: trail });
    }
  }
  const paths = [...picturesOf.keys()].sort(compareCodePoints);
  return paths.flatMap((path) => picturesOf.get(path)!.map((name) => `${path}/${name}`));
}

async function readFolder(folder: string, root: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadableFolder(folder, root, error);
  }
}

async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(join(parent, entry.name)).catch(() => undefined);
  return target?.isDirectory() ?? false;
}

/** Whether a name begins with a dot. */
export function isHidden(name: string): boolean {
  return name.startsWith(".");
}

/** Whether a file name ends like a picture's. */
export function hasImageExtension(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return dot >= 0 && IMAGE_EXTENSIONS.includes(name.slice(dot).toLowerCase());
}

function unreadableFolder(folder: string, root: string, error: unknown): ClassifierTrainingError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const messages: Readonly<Record<string, string>> = {
    ENOENT: "no such folder",
    ENOTDIR: "this is a file, not a folder",
    EACCES: "no permission to read this folder",
  };
  return new ClassifierTrainingError("data", "DATA_ROOT", messages[code] ?? `cannot be listed: ${code}`, {
    where: folder,
    hint: folder === root ? "give the folder of your pictures as data.root=PATH" : undefined,
    cause: error,
  });
}

function emptyClass(root: string, name: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "CLASS_EMPTY", `class "${name}" has no pictures`, {
    where: join(root, name),
    hint: `add pictures (${IMAGE_EXTENSIONS.join(" ")}) or remove the folder`,
  });
}

function unknownClass(root: string, name: string, classes: readonly string[]): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "CLASS_UNKNOWN",
    `class "${name}" is not in the training split`,
    {
      where: join(root, name),
      hint: didYouMean(name, classes) ?? "add it to the training split or remove the folder",
    },
  );
}
