// Measures how well duplicates are found: made-up copies among all pictures of a folder, and 100,000 synthetic ones.
// `npm run bench:duplicates -- FOLDER`, which has `train` (what the bounds were chosen on) and `val` or `test` (held out).
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { RandomStream } from "../src/core/index.ts";
import { type ImageDataset, ImageFolderDataModule } from "../src/data/index.ts";
import { type Image, readImage } from "../src/image/index.ts";
import { COPIES, type Maker, NEARS } from "./duplicates/copies.ts";
import { judgedPairs } from "./duplicates/judged-pairs.ts";
import { measureScale } from "./duplicates/scale.ts";

const SYNTHETIC = 100_000;
/** Promised. */
const [LEAST_PRECISION, LEAST_RECALL] = [0.995, 0.95];
const PROMISED = ["re-encoded", "resized"];

interface KindResult {
  readonly copies: number;
  readonly equal: number;
  readonly near: number;
  /** Pairs called equal, or near, whose pictures have nothing to do with each other. */
  readonly wrongEqual: number;
  readonly wrongNear: number;
}

async function imagesOf(dataset: ImageDataset): Promise<Image[]> {
  const images: Image[] = [];
  for (const index of dataset.labels.keys())
    images.push(await readImage(await dataset.source(index), dataset.name(index)));
  return images;
}

/** Makes one picture of each of `sources` and looks for them among all. */
async function measureKind(
  kind: string,
  make: Maker,
  all: readonly Image[],
  sources: readonly number[],
): Promise<KindResult> {
  const made: Image[] = [];
  for (const source of sources) {
    const random = new RandomStream(1, `duplicates ${kind}`, [source, 0]);
    made.push(await make(all[source]!, random, all[(source + 7) % all.length]!));
  }
  const result = { copies: made.length, equal: 0, near: 0, wrongEqual: 0, wrongNear: 0 };
  for (const { first, second, kind: said } of await judgedPairs([...all, ...made])) {
    const isEqual = said !== "near";
    if (second >= all.length && first === sources[second - all.length]) result[isEqual ? "equal" : "near"]++;
    // Pairs of the folder's own pictures are not judged here, nor is what was made of a picture's true neighbour.
    else if (second >= all.length) result[isEqual ? "wrongEqual" : "wrongNear"]++;
  }
  return result;
}

async function measureFolder(root: string): Promise<object> {
  await using data = new ImageFolderDataModule({ root });
  const { train, val, test } = await data.asTheyLie();
  const all: Image[] = [];
  const halves: Record<string, number[]> = { train: [], "held out": [] };
  for (const [half, dataset] of [
    ["train", train],
    ["held out", val],
    ["held out", test],
  ] as const) {
    if (dataset === undefined) continue;
    for (const image of await imagesOf(dataset)) halves[half]!.push(all.push(image) - 1);
  }
  const report: Record<string, Record<string, KindResult>> = {};
  for (const [half, sources] of Object.entries(halves)) {
    const results: Record<string, KindResult> = {};
    console.log(`${half}: copies of ${sources.length} pictures among ${all.length}`);
    for (const [kind, make] of Object.entries({ ...COPIES, ...NEARS })) {
      const found = await measureKind(kind, make, all, sources);
      results[kind] = found;
      const share = (count: number): string => `${((100 * count) / found.copies).toFixed(1).padStart(6)} %`;
      console.log(
        `  ${kind.padEnd(14)} equal ${share(found.equal)}  near ${share(found.near)}  ` +
          `wrong pairs: ${found.wrongEqual} equal, ${found.wrongNear} near`,
      );
    }
    summarise(results);
    report[half] = results;
  }
  return report;
}

/** Precision of "equal" over all kinds, where also what is only near counts as wrong; and whether the promises are kept. */
function summarise(results: Readonly<Record<string, KindResult>>): void {
  const total = (kinds: object, field: keyof KindResult): number =>
    Object.keys(kinds).reduce((sum, kind) => sum + results[kind]![field], 0);
  const right = total(COPIES, "equal");
  const wrong = total(COPIES, "wrongEqual") + total(NEARS, "wrongEqual");
  const tooMuch = total(NEARS, "equal");
  const precision = right / Math.max(1, right + wrong);
  console.log(
    `  precision of "equal": ${precision.toFixed(4)} (at least ${LEAST_PRECISION}); with near pictures among them ` +
      `${(right / Math.max(1, right + wrong + tooMuch)).toFixed(4)}`,
  );
  const low = PROMISED.filter((kind) => results[kind]!.equal < LEAST_RECALL * results[kind]!.copies);
  if (precision < LEAST_PRECISION || low.length > 0) {
    console.log(
      `  below what is promised: ${[precision < LEAST_PRECISION ? "precision" : "", ...low].join(" ")}`,
    );
    process.exitCode = 1;
  }
}

const [argument] = process.argv.slice(2);
if (argument === "--scale") console.log(JSON.stringify(measureScale(SYNTHETIC)));
else {
  // In a process of its own, which has seen nothing else.
  const command = ["--import", "tsx", import.meta.filename, "--scale"];
  const scale = JSON.parse(execFileSync(process.execPath, command, { encoding: "utf8" })) as object;
  console.log(`${SYNTHETIC} synthetic pictures:`, scale);
  const folder = argument === undefined ? undefined : await measureFolder(argument);
  const date = new Date().toISOString().slice(0, 10);
  const file = join(import.meta.dirname, "results", `${date}-duplicates.json`);
  const environment = { node: process.version, processor: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(file, `${JSON.stringify({ environment, scale, folder }, undefined, 2)}\n`);
  console.log(file);
}
