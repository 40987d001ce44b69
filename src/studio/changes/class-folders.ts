// Which folders of a data set are which classes, in the parts that it comes in.
import { posix } from "node:path";
import { ImageFolder } from "../../data/datasets/image-folder.ts";
import type { DatasetSplits } from "../../data/index.ts";
import { partsOf } from "../../inspect/statistics.ts";
import type { Part } from "../data/api.ts";
import type { Listing } from "../data/listing.ts";

interface PartFolders {
  readonly part: Part;
  /** The part's folder within the data set; "" for that itself. */
  readonly folder: string;
  /** Class by folder within the part. */
  readonly labels: ReadonlyMap<string, number>;
}

/** The class folders of a data set on disk. */
export class ClassFolders {
  readonly #classes: readonly string[];
  readonly #parts: readonly PartFolders[];

  private constructor(classes: readonly string[], parts: readonly PartFolders[]) {
    this.#classes = classes;
    this.#parts = parts;
  }

  /** Undefined where the classes of these pictures are not the folders that they lie in, or where they lie in an archive. */
  static of(splits: DatasetSplits, listing: Listing): ClassFolders | undefined {
    const parts: PartFolders[] = [];
    let first = 0;
    for (const [part, dataset] of partsOf(splits)) {
      if (!(dataset instanceof ImageFolder)) return undefined;
      const { files, labels } = dataset;
      if (files.length > 0) {
        if (dataset.source(0).kind !== "file") return undefined;
        const folder = listing.name(first).slice(0, -files[0]!.length).replace(/\/$/, "");
        parts.push({
          part,
          folder,
          labels: new Map(files.map((file, i) => [posix.dirname(file), labels[i]!])),
        });
      }
      first += files.length;
    }
    return new ClassFolders(splits.train.classes, parts);
  }

  /** The folder, within the data set, where a picture of a class belongs; undefined in a part that is not there. */
  folder(part: Part, label: number): string | undefined {
    const found = this.#parts.find((each) => each.part === part);
    if (found === undefined) return undefined;
    const name = this.#classes[label]!;
    const own = [...found.labels].flatMap(([folder, of]) => (of === label ? [folder] : []));
    const isTop = own.length === 0 || own.some((folder) => folder === name || folder.startsWith(`${name}/`));
    return posix.join(found.folder, isTop ? name : own[0]!);
  }

  /** Part and class of a picture by its path within the data set; undefined where no class has such a folder. */
  placeOf(name: string): { readonly part: Part; readonly label: number } | undefined {
    for (const { part, folder, labels } of this.#parts) {
      if (folder !== "" && !name.startsWith(`${folder}/`)) continue;
      const within = posix.relative(folder, posix.dirname(name));
      const label = labels.get(within) ?? this.#classes.indexOf(within);
      if (label >= 0) return { part, label };
    }
    return undefined;
  }
}
