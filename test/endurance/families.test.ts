// A network of each family: trains, its loss falls, is exported, and is resumed to the bit with its dropout.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/core/index.ts";
import type { NetworkName } from "../../src/models/index.ts";
import { removeFolder, run, signalled, temporaryFolder, writeColourPictures } from "../e2e/command.ts";
import { FULL } from "./scale.ts";

/** Height and width of the pictures that a network is tried with. */
type Sized = readonly [NetworkName, number];

/** With dropout and stochastic depth. */
const FEW: readonly Sized[] = [["efficientnet_b0", 48]];

const MANY: readonly Sized[] = [
  ["alexnet", 64],
  ["vgg11_bn", 64],
  ["squeezenet1_1", 64],
  ["googlenet", 64],
  ["inception_v3", 96],
  ["densenet121", 64],
  ["mobilenet_v2", 64],
  ["mobilenet_v3_small", 64],
  ["mnasnet0_5", 64],
  ["shufflenet_v2_x0_5", 64],
  ["efficientnet_v2_s", 64],
  ["regnet_x_400mf", 64],
  ["regnet_y_400mf", 64],
  ["resnet18", 64],
  ["convnext_tiny", 64],
  ["vit_b_32", 64],
  ["swin_t", 64],
  ["swin_v2_t", 64],
  ["maxvit_t", 224],
];

/** The folder in the archive, and what is drawn. */
const [PHOTOGRAPHS, COLOURS] = ["clothing_mini", "colours"];

/** Few, and the loss of all networks falls. */
const EPOCHS = 4;

/** Batches of photographs in an epoch; fewer where a step takes so long that two busy cores would be at it for half an hour. */
const TRAIN_BATCHES = 12;
const FEWER_BATCHES: Partial<Record<NetworkName, number>> = { swin_v2_t: 4, maxvit_t: 4 };

/** Largest difference between the logits of an export and of the network, relative to the largest above 1. */
const PARITY = 1e-4;

/** Photographs of clothes in ten classes, in a folder for each split: `CLOTHING_MINI` says where else the archive is. */
const ARCHIVE =
  process.env.CLOTHING_MINI ?? join(import.meta.dirname, "../../../shared/data/clothing_mini.tgz");
const hasPhotographs = FULL && existsSync(ARCHIVE);
if (!hasPhotographs) {
  const why = FULL ? `there is no ${ARCHIVE}` : "npm run test:endurance trains on them";
  console.log(`networks on photographs are skipped: ${why}`);
}

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, COLOURS));
  if (hasPhotographs) await promisify(execFile)("tar", ["-xzf", ARCHIVE, "-C", folder]);
});
afterAll(() => removeFolder(folder));

function words(name: NetworkName, size: number, root: string, runFolder: string): string[] {
  const batches = { train: FEWER_BATCHES[name] ?? TRAIN_BATCHES, val: 1, test: 1 };
  const limits = Object.entries(batches).map(([split, count]) => `trainer.limit_${split}_batches=${count}`);
  return [
    ...["train", `model=${name}`, `data.root=${root}`, `data.image_size=${size}`, "data.batch_size=8"],
    ...["data.num_workers=0", "model.learning_rate=1e-3", "model.warmup_epochs=0", "callbacks=minimal"],
    ...[`trainer.max_epochs=${EPOCHS}`, "trainer.num_sanity_val_steps=0", `hydra.run.dir=${runFolder}`],
    ...(root === PHOTOGRAPHS ? limits : []),
  ];
}

/** Digests of what must not depend on where a run was interrupted. */
async function digests(runFolder: string): Promise<string[]> {
  const files = ["metrics.csv", "checkpoints/best.safetensors", "model.onnx"];
  const contents = await Promise.all(files.map((file) => readFile(join(folder, runFolder, file))));
  return contents.map((content) => createHash("sha256").update(content).digest("hex"));
}

/** The mean loss of each epoch of training. */
async function losses(runFolder: string): Promise<number[]> {
  const [header, ...rows] = readCsv(await readFile(join(folder, runFolder, "metrics.csv"), "utf8"));
  const column = header!.indexOf("train/loss");
  return rows
    .map((row) => row[column]!)
    .filter((text) => text !== "")
    .map(Number);
}

/** Trains a network, and once more with an interruption. */
async function trainTwice(name: NetworkName, size: number, root: string): Promise<void> {
  const [whole, cut] = [`${name}-${root}-whole`, `${name}-${root}-cut`];
  const trained = await run(folder, words(name, size, root, whole));
  expect(trained).toMatchObject({ code: 0 });
  const [, difference] = /equal to the trained model within ([\d.e+-]+)\)/.exec(trained.stderr)!;
  expect(Number(difference)).toBeLessThan(PARITY);
  const [first, ...later] = await losses(whole);
  expect(later).toHaveLength(EPOCHS - 1);
  expect([first, ...later].every(Number.isFinite)).toBe(true);
  expect(Math.min(...later)).toBeLessThan(first!);

  const interrupted = await run(folder, [...words(name, size, root, cut), ...signalled("SIGINT", "step", 4)]);
  expect(interrupted).toMatchObject({ code: 130 });
  const resumed = await run(folder, [...words(name, size, root, cut), "ckpt=last"]);
  expect(resumed).toMatchObject({ code: 0 });
  expect(await digests(cut)).toEqual(await digests(whole));
  await Promise.all([whole, cut].map((each) => removeFolder(join(folder, each))));
}

test.each(FULL ? [...FEW, ...MANY] : FEW)("%s of %d pixels on colours", (name, size) =>
  trainTwice(name, size, COLOURS),
);

test.skipIf(!hasPhotographs).each([...FEW, ...MANY])("%s of %d pixels on photographs", (name, size) =>
  trainTwice(name, size, PHOTOGRAPHS),
);
