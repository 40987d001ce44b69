// A folder of pictures with a sub-folder for each label: a picture that lies in several of them is one sample.
import { LabelSets, labelsOf, PRESENT } from "../../core/index.ts";
import type { ImageSource } from "../../image/image-source.ts";
import type { SplittableDataset } from "../modules/auto-split.ts";
import type { ImageFolder } from "./image-folder.ts";
import { sameContent } from "./same-content.ts";

/** The pictures of a folder by their bytes, each with the labels of all folders that have it as a link, a hard link or a copy. */
export class LabelFolder implements SplittableDataset {
  readonly classes: readonly string[];
  readonly labels: LabelSets;
  /** The first path of each picture, by label and then by code point. */
  readonly files: readonly string[];
  readonly otherFiles: readonly (readonly string[])[];
  readonly warnings: readonly string[];
  readonly #folder: ImageFolder;
  readonly #groups: readonly (readonly number[])[];

  private constructor(folder: ImageFolder, groups: readonly (readonly number[])[]) {
    this.#folder = folder;
    this.#groups = groups;
    this.classes = folder.classes;
    const width = folder.classes.length;
    this.labels = new LabelSets(width, new Int8Array(groups.length * width));
    for (const [sample, places] of groups.entries())
      for (const place of places)
        for (const label of labelsOf(folder.labels, place)) this.labels.row(sample)[label] = PRESENT;
    const files = groups.map((places) => places.map((place) => folder.files[place]!));
    this.files = files.map(([first]) => first!);
    this.otherFiles = files.map(([, ...others]) => others);
    const several = groups.filter(({ length }) => length > 1).length;
    this.warnings = [
      ...folder.warnings,
      ...(several > 0
        ? [`${several} of ${groups.length} pictures lie in several places and are one sample with all labels`]
        : []),
    ];
  }

  /** Reads the files that are as long as another. */
  static async of(folder: ImageFolder): Promise<LabelFolder> {
    return new LabelFolder(folder, await sameContent(folder));
  }

  source(index: number): ImageSource {
    return this.#folder.source(this.#first(index));
  }

  name(index: number): string {
    return this.#folder.name(this.#first(index));
  }

  #first(index: number): number {
    return this.#groups[index]![0]!;
  }
}
