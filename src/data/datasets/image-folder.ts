// ImageFolder: one sub-folder per class, by torchvision's rules.
import { ClassifierTrainingError, compareCodePoints, didYouMean } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { DiskTree, type FolderTree } from "../files/folder-tree.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";

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
  /** The folder within the tree that holds the classes. Default: the tree's root. */
  readonly folder?: string;
}

/** A folder of pictures with one sub-folder per class, nested folders included. */
export class ImageFolder implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  /** Paths relative to the class folders' parent, with `/` between the parts. */
  readonly files: readonly string[];
  /** What was left out, one line each. */
  readonly warnings: readonly string[];
  readonly #tree: FolderTree;
  readonly #folder: string;

  private constructor(
    tree: FolderTree,
    folder: string,
    found: Pick<ImageFolder, "classes" | "labels" | "files" | "warnings">,
  ) {
    this.#tree = tree;
    this.#folder = folder;
    this.classes = found.classes;
    this.labels = found.labels;
    this.files = found.files;
    this.warnings = found.warnings;
  }

  /**
   * Lists the pictures of a tree, or of the folder at a path: classes in order, in each the folders and then the
   * files by code point. Classes of `options.classes` without a folder simply have no pictures.
   * @throws ClassifierTrainingError kind "data": `DATA_ROOT` where there is no readable folder, `NO_CLASSES` where it
   * has no sub-folders, `CLASS_EMPTY` where one has no pictures, `CLASS_UNKNOWN` where one is not in `options.classes`
   */
  static async open(root: string | FolderTree, options: ImageFolderOptions = {}): Promise<ImageFolder> {
    const tree = typeof root === "string" ? new DiskTree(root) : root;
    const { folder = "" } = options;
    const at = pathIn(tree, folder);
    const { visible, hidden } = await classFolders(tree, folder);
    const classes = options.classes ?? visible;
    const labelOf = new Map(classes.map((name, label) => [name, label]));
    for (const name of visible)
      if (!labelOf.has(name)) throw unknownClass(pathIn(tree, folder, name), name, classes);
    const files: string[] = [];
    const labels: number[] = [];
    let others = 0;
    for (const name of [...visible].sort((a, b) => labelOf.get(a)! - labelOf.get(b)!)) {
      const listing = await listPictures(tree, folder, name);
      if (listing.pictures.length === 0) throw emptyClass(pathIn(tree, folder, name), name);
      others += listing.others;
      for (const picture of listing.pictures) {
        files.push(picture);
        labels.push(labelOf.get(name)!);
      }
    }
    const warnings: string[] = [];
    if (hidden.length > 0) warnings.push(`${at}: hidden folders are not classes: ${hidden.join(", ")}`);
    if (others > 0) warnings.push(`${at}: ${others} files are hidden or do not end like a picture; left out`);
    return new ImageFolder(tree, folder, { classes, labels: Int32Array.from(labels), files, warnings });
  }

  source(index: number): ImageSource {
    return this.#tree.source(joinPath(this.#folder, this.files[index]!));
  }

  name(index: number): string {
    return pathIn(this.#tree, this.#folder, this.files[index]!);
  }
}

/** The folders that are classes, sorted, and the hidden ones that are not. */
async function classFolders(
  tree: FolderTree,
  folder: string,
): Promise<{ readonly visible: readonly string[]; readonly hidden: readonly string[] }> {
  const { folders } = await tree.list(folder);
  const names = [...folders].sort(compareCodePoints);
  const visible = names.filter((name) => !isHidden(name));
  if (visible.length === 0) {
    throw new ClassifierTrainingError("data", "NO_CLASSES", "no class folders here", {
      where: pathIn(tree, folder),
      hint: "put the pictures of each class into a sub-folder named after it",
    });
  }
  return { visible, hidden: names.filter(isHidden) };
}

/** The pictures of a class, relative to `folder`: its folders by path, in each the files by name. */
async function listPictures(
  tree: FolderTree,
  folder: string,
  name: string,
): Promise<{ readonly pictures: readonly string[]; readonly others: number }> {
  const picturesOf = new Map<string, readonly string[]>();
  const pending = [name];
  let others = 0;
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const { folders, files } = await tree.list(joinPath(folder, path));
    const pictures = files.filter((file) => hasImageExtension(file) && !isHidden(file));
    others += files.length - pictures.length;
    picturesOf.set(path, pictures.sort(compareCodePoints));
    for (const child of folders) {
      if (isHidden(child)) others++;
      else pending.push(`${path}/${child}`);
    }
  }
  const paths = [...picturesOf.keys()].sort(compareCodePoints);
  const pictures = paths.flatMap((path) => picturesOf.get(path)!.map((file) => `${path}/${file}`));
  return { pictures, others };
}

function joinPath(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

/** A path within a tree for messages. */
function pathIn(tree: FolderTree, ...parts: readonly string[]): string {
  return [tree.root, ...parts].filter((part) => part !== "").join("/");
}

/** Whether a name begins with a dot. */
function isHidden(name: string): boolean {
  return name.startsWith(".");
}

/** Whether a file name ends like a picture's. */
export function hasImageExtension(name: string): boolean {
  const dot = name.lastIndexOf(".");
  return dot >= 0 && IMAGE_EXTENSIONS.includes(name.slice(dot).toLowerCase());
}

function emptyClass(where: string, name: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "CLASS_EMPTY", `class "${name}" has no pictures`, {
    where,
    hint: `add pictures (${IMAGE_EXTENSIONS.join(" ")}) or remove the folder`,
  });
}

function unknownClass(where: string, name: string, classes: readonly string[]): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "data",
    "CLASS_UNKNOWN",
    `class "${name}" is not in the training split`,
    {
      where,
      hint: didYouMean(name, classes) ?? "add it to the training split or remove the folder",
    },
  );
}
