// ImageFolder: one sub-folder per class, by torchvision's rules, or classes from a tree of folders.
import { ClassifierTrainingError, compareCodePoints, didYouMean } from "../../core/index.ts";
import { IMAGE_EXTENSIONS } from "../../image/extensions.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { findPictures, joinPath } from "../files/find-pictures.ts";
import type { FolderTree } from "../files/folder-tree.ts";
import { openTree } from "../files/open-tree.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";
import { type ClassLevel, classAt, levelNotice, sharedLeaves } from "./class-level.ts";

/** What is a class in the tree; without options torchvision's rules hold. */
export interface ImageFolderOptions {
  /**
   * The classes to use, in this order, as found in the training split: labels keep their meaning, and a folder of
   * another name is an error. Default: the names of the sub-folders, sorted by code point.
   */
  readonly classes?: readonly string[];
  /** The folder within the tree that holds the classes. Default: the tree's root. */
  readonly folder?: string;
  /** Which of a picture's folders are its class. Default: the top one, with a warning where pictures lie deeper. */
  readonly classLevel?: ClassLevel | null;
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
    const tree = typeof root === "string" ? await openTree(root) : root;
    const { folder = "", classLevel = null } = options;
    const at = [tree.root, folder].filter((part) => part !== "").join("/");
    const { folders: all, leftOut } = await findPictures(tree, folder);
    const folders = all.filter(({ path }) => path !== "");
    if (folders.length === 0) throw noClasses(at);
    const beside = all.find(({ path }) => path === "")?.pictures.length ?? 0;
    const level = classLevel ?? "top";
    const pathsOf = new Map<string, string[]>();
    for (const { path, pictures, isParent } of folders) {
      if (isParent && pictures.length === 0) continue;
      const name = classAt(path, level);
      const paths = pathsOf.get(name) ?? [];
      pathsOf.set(name, paths);
      for (const picture of pictures) paths.push(`${path}/${picture}`);
    }
    for (const [name, paths] of pathsOf) if (paths.length === 0) throw emptyClass(`${at}/${name}`, name);
    const found = [...pathsOf.keys()].sort(compareCodePoints);
    const classes = options.classes ?? found;
    const known = new Set(classes);
    for (const name of found) if (!known.has(name)) throw unknownClass(`${at}/${name}`, name, classes);
    const inOrder = classes.map((name) => pathsOf.get(name) ?? []);
    const labels = Int32Array.from(inOrder.flatMap((paths, label) => paths.map(() => label)));
    const isFirst = options.classes === undefined;
    const warnings = [
      ...(classLevel === null && isFirst ? levelNotice(at, folders) : []),
      ...(level === "leaf" && isFirst ? sharedLeaves(at, folders) : []),
      ...(beside > 0 ? [`${at}: ${beside} pictures beside the class folders have no class; left out`] : []),
      ...leftOut.warnings(at),
    ];
    return new ImageFolder(tree, folder, { classes, labels, files: inOrder.flat(), warnings });
  }

  source(index: number): ImageSource {
    return this.#tree.source(joinPath(this.#folder, this.files[index]!));
  }

  name(index: number): string {
    return [this.#tree.root, this.#folder, this.files[index]!].filter((part) => part !== "").join("/");
  }
}

function noClasses(where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "NO_CLASSES", "no class folders here", {
    where,
    hint: "put the pictures of each class into a sub-folder named after it",
  });
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
