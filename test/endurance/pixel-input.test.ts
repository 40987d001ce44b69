// A model with the preprocessing inside on 200 photographs of odd sizes: the probabilities of the one without it.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { listPictures } from "../../src/data/index.ts";
import { exportModel } from "../../src/export/index.ts";
import { type Image, readImage } from "../../src/image/index.ts";
import { Classifier } from "../../src/inference/index.ts";
import { createNetwork } from "../../src/models/index.ts";
import { initialState } from "../../src/nn/index.ts";
import { defaultEvalTransforms, describePreprocessing, resize } from "../../src/transforms/index.ts";

const ARCHIVE =
  process.env.CLOTHING_MINI ?? join(import.meta.dirname, "../../../shared/data/clothing_mini.tgz");
const PHOTOGRAPHS = 200;
if (!existsSync(ARCHIVE)) console.warn(`skipped: no photographs in ${ARCHIVE}`);

test.skipIf(!existsSync(ARCHIVE))(`${PHOTOGRAPHS} photographs`, { timeout: 900_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-pixels-"));
  try {
    execFileSync("tar", ["xzf", ARCHIVE, "-C", folder]);
    const random = new RandomStream(1, "sizes");
    const paths = await listPictures(join(folder, "clothing_mini"));
    const pictures: Image[] = [];
    for (let i = 0; i < PHOTOGRAPHS; i++) {
      const path = paths[Math.floor((i * paths.length) / PHOTOGRAPHS)]!;
      const photograph = await readImage({ kind: "file", path }, path);
      const [width, height] = [random.integer(700) + 60, random.integer(700) + 60];
      pictures.push(resize(photograph, width, height, "bicubic"));
    }
    const network = createNetwork("resnet18", { numClasses: 10 });
    const request = {
      network,
      weights: await initialState(network, 1),
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
      modelName: "resnet18",
      preprocessing: describePreprocessing(defaultEvalTransforms(224)),
      imageSize: [224, 224] as const,
    };
    await using outside = await Classifier.load(exportModel(request).bytes);
    await using inside = await Classifier.load(exportModel({ ...request, input: "pixels" }).bytes);
    const [expected, found] = [await outside.predict(pictures, 10), await inside.predict(pictures, 10)];
    let largest = 0;
    for (const [i, predictions] of expected.entries()) {
      for (const { classId, confidence } of predictions) {
        const own = found[i]!.find((prediction) => prediction.classId === classId)!;
        largest = Math.max(largest, Math.abs(own.confidence - confidence));
      }
    }
    console.log(`largest difference of a probability: ${largest.toExponential(1)}`);
    expect(largest).toBeLessThan(2e-3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
