// The sample data set with several labels a picture: root/{train,val,test}/<index>.jpg and the table root/shirts.csv.
import { join } from "node:path";
import { chooseOutfit, labelsOf } from "./outfit.ts";
import { drawShirt } from "./picture.ts";
import {
  checkSet,
  pictureName,
  type RenderedSet,
  renderSet,
  type SetKind,
  type SetManifest,
  SPLITS,
  type SplitCounts,
} from "./sample-set.ts";

/** What is rendered and where; equal seed, size and counts give equal pictures. */
export interface ShirtsOptions {
  /** The folder that will hold the table and `train`, `val` and `test`. */
  readonly root: string;
  /** Default 42. */
  readonly seed?: number;
  /** Width and height of a picture in pixels, 32 to 1024; default 96. */
  readonly imageSize?: number;
  /** Pictures in each split; default 1600 / 300 / 300. */
  readonly perSplit?: SplitCounts;
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A complete set of shirts on disk. */
export interface ShirtsSet extends RenderedSet {
  /** The table: columns `image` (relative to `root`), `labels` (joined by `|`, empty for none) and `split`. */
  readonly table: string;
}

interface Manifest extends SetManifest {
  readonly perSplit: SplitCounts;
}

/** Raise it when pictures or labels change: sets of older renderers are then made anew. */
const RENDERER_VERSION = 1;
const TABLE_FILE = "shirts.csv";

const SHIRTS: SetKind<Manifest> = {
  manifestFile: ".shirts.json",
  pictures: ({ perSplit }) =>
    SPLITS.flatMap((split) => Array.from({ length: perSplit[split] }, (_, i) => pictureName(split, i))),
  draw: (name, { imageSize, seed }) => drawShirt(chooseOutfit(seed, name), imageSize, seed, name),
  table: { file: TABLE_FILE, text: tableOf },
};

function tableOf(manifest: Manifest): string {
  const rows = SHIRTS.pictures(manifest).map((name) => {
    const labels = labelsOf(chooseOutfit(manifest.seed, name)).join("|");
    return `${name},${labels},${name.split("/")[0]}`;
  });
  return ["image,labels,split", ...rows, ""].join("\n");
}

/**
 * Renders pictures of shirts whose labels (`SHIRT_LABELS`) are what can be seen on them: the digits of the number, the
 * colours of the cloth (not those of the number), the pattern, whether there are sleeves. A tenth of the pictures show
 * no shirt and have no label. A complete set with the same parameters is used again; a set is either whole or absent;
 * one of another make is replaced; a folder that holds anything else is left alone.
 *
 * @throws ClassifierTrainingError `SAMPLES_BAD_OPTION` (usage), `SAMPLES_FOLDER_TAKEN` (data), `SAMPLES_NOT_WRITTEN`
 * (storage).
 */
export async function renderShirts(options: ShirtsOptions): Promise<ShirtsSet> {
  const { seed = 42, imageSize = 96, perSplit = { train: 1600, val: 300, test: 300 } } = options;
  const manifest: Manifest = { renderer: RENDERER_VERSION, seed, imageSize, perSplit };
  checkSet(manifest, perSplit, "perSplit");
  const set = await renderSet(SHIRTS, options.root, manifest, options.onProgress);
  return { ...set, table: join(set.root, TABLE_FILE) };
}
