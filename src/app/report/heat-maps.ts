// Where the network looked: pictures under heat maps of some of their classes.
import { existsSync } from "node:fs";
import { ClassifierTrainingError, hostTensor } from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import { ExplainedNetwork, gradCam, type HeatMap } from "../../explain/index.ts";
import type { Image, ImageTensor } from "../../image/index.ts";
import type { BaseClassificationModel } from "../../models/index.ts";
import { heatLimit, heatOverlay, rgbOfBatch } from "../../plots/index.ts";
import type { Runtime } from "../../runtime/contract.ts";
import { loadCheckpoint } from "../../train/index.ts";
import { resize } from "../../transforms/index.ts";
import type { RunFolder } from "../run/run-folder.ts";
import { jpegAddress } from "./jpeg-address.ts";

/** A run's best weights, and what computes with them. */
export interface HeatMapRequest {
  readonly folder: RunFolder;
  readonly data: DataModule;
  readonly model: BaseClassificationModel;
  readonly runtime: Runtime;
  readonly threads?: number | undefined;
  /** Takes a line on what the report lacks. */
  readonly note?: ((line: string) => void) | undefined;
}

/** A sample, and the classes that are asked about, at least one. */
export interface HeatMapWish {
  /** Its place in its part of the data. */
  readonly index: number;
  readonly classes: readonly number[];
}

/** A sample as the network is given it, as `data:` addresses. */
export interface HeatMaps {
  readonly picture: string;
  /** One for each class: the picture, almost grey, below what speaks for it; all on one scale, so that they can be compared. */
  readonly heats: readonly string[];
}

/** Pictures that go through the network together. */
const BATCH = 8;
/** Longest side of a picture, in pixels, and its quality as JPEG. */
const [SIDE, QUALITY] = [160, 80];

/**
 * Grad-CAM of every wish, with the wish; samples that cannot be read any more are left out. None where the run has no weights; none, and
 * a note, where its network has no layer with places.
 */
export async function heatMaps<W extends HeatMapWish>(
  { folder, data, model, runtime, threads, note }: HeatMapRequest,
  part: "train" | "val",
  wishes: readonly W[],
): Promise<(HeatMaps & { readonly wish: W })[]> {
  if (!existsSync(folder.bestCheckpoint) || wishes.length === 0) return [];
  const { tensors: weights } = await loadCheckpoint(folder.bestCheckpoint);
  const { network } = model;
  const explained = await ExplainedNetwork.open({ network, weights, runtime, threads });
  try {
    const found: (HeatMaps & { readonly wish: W })[] = [];
    for (let first = 0; first < wishes.length; first += BATCH) {
      const some: { wish: W; tensor: ImageTensor }[] = [];
      for (const wish of wishes.slice(first, first + BATCH)) {
        const tensor = await data.sample(part, wish.index).catch(unreadable);
        if (tensor !== undefined) some.push({ wish, tensor });
      }
      if (some.length === 0) continue;
      const shape = [some.length, ...some[0]!.tensor.shape];
      const values = new Float32Array(shape.reduce((a, b) => a * b));
      for (const [i, { tensor }] of some.entries()) values.set(tensor.data, i * tensor.data.length);
      const images = hostTensor("float32", shape, values);
      const rounds: (readonly HeatMap[])[] = [];
      for (let round = 0; round < Math.max(...some.map(({ wish }) => wish.classes.length)); round++) {
        const classes = some.map(({ wish }) => wish.classes[round] ?? wish.classes[0]!);
        rounds.push((await gradCam(explained, images, classes)).maps);
      }
      for (const [i, { wish }] of some.entries()) {
        const maps = wish.classes.map((_, round) => rounds[round]![i]!);
        const limit = Math.max(...maps.map((map) => heatLimit(map)));
        const picture = rgbOfBatch(images, i, data.preprocessing);
        const heats = await Promise.all(maps.map((map) => address(heatOverlay(picture, map, limit, false))));
        found.push({ wish, picture: await address(picture), heats });
      }
    }
    return found;
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.code !== "NO_MAP_LAYER") throw error;
    note?.(`the report shows no heat maps: ${error.message}`);
    return [];
  } finally {
    await explained.dispose();
  }
}

/** A picture that cannot be read any more is left out. */
function unreadable(error: unknown): undefined {
  if (error instanceof ClassifierTrainingError && error.kind === "data") return undefined;
  throw error;
}

function address(image: Image): Promise<string> {
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  return jpegAddress(scale === 1 ? image : resize(image, width, height), QUALITY);
}
