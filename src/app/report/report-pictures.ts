// The pictures of a report: small JPEGs of what the network is given, as many as a file may hold.
import { hostTensor, labelsOf } from "../../core/index.ts";
import { labelText } from "../../data/datasets/dataset.ts";
import type { DataModule } from "../../data/modules/data-module.ts";
import type { Image } from "../../image/index.ts";
import { rgbOfBatch } from "../../plots/rgb-of-batch.ts";
import type { AugmentedSample } from "../../report/index.ts";
import { resize } from "../../transforms/index.ts";
import { jpegAddress } from "./jpeg-address.ts";

type Part = "train" | "val" | "test";

/** Longest side of a picture, in pixels. */
const SIDE = 112;
const QUALITY = 80;
/** Bytes of all pictures together; a third more as text. */
const MOST_BYTES = 6_500_000;
/** Pictures prepared at a time. */
const AT_A_TIME = 16;

/** A sample as evaluation or an epoch's augmentation shows it, as a `data:` address. */
async function pictureOf(data: DataModule, part: Part, index: number, epoch?: number): Promise<string> {
  const { shape, data: values } = await data.sample(part, index, epoch);
  const image: Image = rgbOfBatch(hostTensor("float32", [1, ...shape], values), 0, data.preprocessing);
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const small = scale === 1 ? image : resize(image, width, height);
  return jpegAddress(small, QUALITY);
}

/** What may get a picture. */
interface Judged {
  readonly loss: number;
  readonly picture?: string | undefined;
}

/**
 * The predictions, the most telling with their pictures: mistakes before hits, large losses first. Pictures that
 * cannot be read any more stay out.
 * @param indices position of each prediction's sample in `part`
 */
export async function withPictures<P extends Judged>(
  data: DataModule,
  part: Part,
  predictions: readonly P[],
  indices: readonly number[],
  maxPictures: number,
  isWrong: (prediction: P) => boolean,
): Promise<P[]> {
  const order = Array.from(predictions, (_, i) => i).sort((a, b) => {
    const [left, right] = [predictions[a]!, predictions[b]!];
    return Number(isWrong(right)) - Number(isWrong(left)) || right.loss - left.loss;
  });
  const shown: P[] = [...predictions];
  let bytes = 0;
  for (let start = 0; start < Math.min(maxPictures, order.length) && bytes < MOST_BYTES; start += AT_A_TIME) {
    const group = order.slice(start, Math.min(start + AT_A_TIME, maxPictures));
    const pictures = await Promise.all(
      group.map((i) => pictureOf(data, part, indices[i]!).catch(() => undefined)),
    );
    for (const [k, picture] of pictures.entries()) {
      bytes += (picture?.length ?? 0) * 0.75;
      if (picture !== undefined && bytes < MOST_BYTES) shown[group[k]!] = { ...shown[group[k]!]!, picture };
    }
  }
  return shown;
}

/** Training pictures in a report, and epochs of each. */
const AUGMENTED = { samples: 4, epochs: 7 };

/** The first training picture of a few classes, plain and as some epochs show it; unreadable ones stay out. */
export async function augmentedSamples(data: DataModule): Promise<AugmentedSample[]> {
  const { train } = data.splits;
  const step = Math.max(1, Math.floor(train.classes.length / AUGMENTED.samples));
  const firsts = new Map<number, number>();
  for (const index of train.labels.keys())
    for (const label of labelsOf(train.labels, index)) if (!firsts.has(label)) firsts.set(label, index);
  const ofSteps = train.classes.flatMap((_, c) => (c % step === 0 ? [firsts.get(c)] : []));
  const chosen = [...new Set(ofSteps.filter((index) => index !== undefined))].slice(0, AUGMENTED.samples);
  const samples = chosen.map(async (index) => ({
    name: train.name(index),
    className: labelText(train, index),
    original: await pictureOf(data, "train", index),
    variants: await Promise.all(
      Array.from({ length: AUGMENTED.epochs }, (_, epoch) => pictureOf(data, "train", index, epoch)),
    ),
  }));
  const settled = await Promise.allSettled(samples);
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
