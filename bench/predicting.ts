// Pictures in a second: predict over a folder against its loader alone, which reads and prepares them for nobody, in turn.
// npm run bench:predict -- MODEL FOLDER_OF_PHOTOGRAPHS [FILES] [ROUNDS]
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { filesAsDataset, type Predictor, predictAll } from "../src/app/tools/predict.ts";
import { listPictures } from "../src/data/index.ts";
import { Classifier } from "../src/inference/index.ts";

const [model, source, files = "3000", rounds = "5"] = process.argv.slice(2);

/** Pictures in a second, without the first hundred, in which threads start. */
async function rate(predictor: Predictor, pictures: readonly string[]): Promise<number> {
  const skipped = 100;
  let [count, began] = [0, 0];
  for await (const { error } of predictAll(predictor, filesAsDataset(pictures))) {
    if (error !== undefined) throw error;
    if (++count === skipped) began = performance.now();
  }
  return (count - skipped) / ((performance.now() - began) / 1000);
}

async function main(modelFile: string, photographs: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-predicting-"));
  try {
    const originals = await listPictures(photographs);
    const pictures = Array.from({ length: Number(files) }, (_, i) =>
      join(folder, `${i}${extname(originals[i % originals.length]!)}`),
    );
    for (const [i, path] of pictures.entries()) await copyFile(originals[i % originals.length]!, path);
    await using classifier = await Classifier.load(modelFile, { amongOthers: true });
    const { task, classNames, takesTensors, transforms } = classifier;
    const nobody: Predictor = {
      ...{ task, classNames, takesTensors, transforms },
      predict: async (batch) => batch.map(() => []),
    };
    console.log(
      `${cpus()[0]!.model}, ${cpus().length} threads; ${files} copies of ${originals.length} pictures`,
    );
    const ratios: number[] = [];
    for (let round = 0; round < Number(rounds); round++) {
      const [loader, predict] = [await rate(nobody, pictures), await rate(classifier, pictures)];
      ratios.push(predict / loader);
      const load = loadavg()[0]!.toFixed(1);
      console.log(
        `loader ${loader.toFixed(0)}/s, predict ${predict.toFixed(0)}/s: ${(predict / loader).toFixed(2)} (load ${load})`,
      );
    }
    console.log(`median ${ratios.sort((a, b) => a - b)[ratios.length >> 1]!.toFixed(2)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (model === undefined || source === undefined)
  console.error("usage: npm run bench:predict -- MODEL FOLDER_OF_PHOTOGRAPHS [FILES] [ROUNDS]");
else await main(model, source);
