// The sample data set: renders pictures of jersey numbers into root/{train,val,test}/<number>/<index>.jpg.
import { DIGITS } from "./digits.ts";
import { drawJersey } from "./picture.ts";
import {
  checkSet,
  pictureName,
  type RenderedSet,
  refuseOption,
  renderSet,
  type SetKind,
  type SetManifest,
  SPLITS,
  type SplitCounts,
} from "./sample-set.ts";

/** What is rendered and where; equal seed, size, counts and classes give equal pictures. */
export interface JerseyNumbersOptions {
  /** The folder that will hold `train`, `val` and `test`. */
  readonly root: string;
  /** Default 42. */
  readonly seed?: number;
  /** Width and height of a picture in pixels, 32 to 1024; default 96. */
  readonly imageSize?: number;
  /** Pictures of each class in each split; default 100 / 20 / 40. */
  readonly perClass?: SplitCounts;
  /** Numbers of one or two digits; default 0 to 9, 10 and 23. */
  readonly classes?: readonly string[];
  /** Called after each picture. */
  readonly onProgress?: (done: number, total: number) => void;
}

interface Manifest extends SetManifest {
  readonly perClass: SplitCounts;
  readonly classes: readonly string[];
}

/** Raise it when the pictures change: sets of older renderers are then made anew. */
const RENDERER_VERSION = 1;

const JERSEY_NUMBERS: SetKind<Manifest> = {
  manifestFile: ".jersey-numbers.json",
  pictures: ({ classes, perClass }) =>
    SPLITS.flatMap((split) =>
      classes.flatMap((number) =>
        Array.from({ length: perClass[split] }, (_, i) => pictureName(`${split}/${number}`, i)),
      ),
    ),
  draw: (name, { imageSize, seed }) => drawJersey(name.split("/")[1]!, imageSize, seed, name),
};

/**
 * Renders the sample data set, unless a complete one with the same parameters is there already. The pictures are
 * made in a folder beside `root` that takes its name at the end, so a set is either whole or absent. A set of
 * another make is replaced; a folder that holds anything else is left alone.
 *
 * @throws ClassifierTrainingError `SAMPLES_BAD_OPTION` (usage), `SAMPLES_FOLDER_TAKEN` (data), `SAMPLES_NOT_WRITTEN`
 * (storage).
 */
export async function renderJerseyNumbers(options: JerseyNumbersOptions): Promise<RenderedSet> {
  const { seed = 42, imageSize = 96, perClass = { train: 100, val: 20, test: 40 } } = options;
  const classes = options.classes ?? [...DIGITS, "10", "23"];
  const manifest: Manifest = { renderer: RENDERER_VERSION, seed, imageSize, perClass, classes };
  checkClasses(classes);
  checkSet(manifest, perClass, "perClass");
  return renderSet(JERSEY_NUMBERS, options.root, manifest, options.onProgress);
}

function checkClasses(classes: readonly string[]): void {
  const odd = classes.find((number) => !/^\d{1,2}$/.test(number));
  if (odd !== undefined) refuseOption(`'${odd}' is no number of one or two digits`, "classes");
  if (classes.length < 2) refuseOption(`${classes.length} classes, at least 2 are needed`, "classes");
  if (new Set(classes).size < classes.length) refuseOption("a number is named twice", "classes");
}
