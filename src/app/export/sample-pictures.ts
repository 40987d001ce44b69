// A balanced sample of a data set, decoded and preprocessed: for calibrating, and for choosing between models.
import {
  ClassifierTrainingError,
  type HostTensor,
  hostTensor,
  labelsOf,
  RandomStream,
  type SampleLabels,
  selectLabels,
} from "../../core/index.ts";
import type { DataModule } from "../../data/index.ts";
import type { ImageTensor } from "../../image/index.ts";

/** Pictures as the network is given them, and their labels. */
export interface SampledPictures {
  /** float32 [N, 3, H, W] each. */
  readonly batches: readonly HostTensor<"float32">[];
  /** Of all batches, one after another. */
  readonly labels: SampleLabels;
}

const BATCH = 16;

/** At most `count` pictures of a split, as many of each class as there are; those that cannot be read are left out. */
export async function samplePictures(
  data: DataModule,
  part: "train" | "val",
  count: number,
): Promise<SampledPictures> {
  const { labels } = data.splits[part]!;
  const chosen = balancedSample(labels, count, data.options.seed);
  const batches: HostTensor<"float32">[] = [];
  const known: number[] = [];
  for (let first = 0; first < chosen.length; first += BATCH) {
    const indices = chosen.slice(first, first + BATCH);
    const tensors = await Promise.all(indices.map((index) => readable(data, part, index)));
    const good = tensors.filter((tensor) => tensor !== undefined);
    if (good.length === 0) continue;
    batches.push(stacked(good));
    known.push(...indices.filter((_, i) => tensors[i] !== undefined));
  }
  return { batches, labels: selectLabels(labels, known) };
}

/** Positions, drawn from each class in turn, or from the pictures of each set of labels. */
export function balancedSample(labels: SampleLabels, count: number, seed: number): number[] {
  const byClass = new Map<number, number[]>();
  const sets = new Map<string, number>();
  for (const index of labels.keys()) {
    const label =
      labels instanceof Int32Array ? labels[index]! : placeOf(labelsOf(labels, index).join(), sets);
    if (label < 0) continue;
    const own = byClass.get(label) ?? [];
    own.push(index);
    byClass.set(label, own);
  }
  const queues = [...byClass].map(([label, indices]) => {
    const random = new RandomStream(seed, "calibration", [label, 0]);
    return indices.map((index) => [random.uniform(0, 1), index] as const).sort(([a], [b]) => a - b);
  });
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count && queues.some((queue) => round < queue.length); round++)
    chosen.push(...queues.flatMap((queue) => (round < queue.length ? [queue[round]![1]] : [])));
  return chosen.slice(0, count);
}

/** The number of a key, in the order of their first mention. */
function placeOf(key: string, known: Map<string, number>): number {
  const place = known.get(key) ?? known.size;
  known.set(key, place);
  return place;
}

async function readable(
  data: DataModule,
  part: "train" | "val",
  index: number,
): Promise<ImageTensor | undefined> {
  try {
    return await data.sample(part, index);
  } catch (error) {
    if (error instanceof ClassifierTrainingError && error.kind === "data") return undefined;
    throw error;
  }
}

function stacked(tensors: readonly ImageTensor[]): HostTensor<"float32"> {
  const { shape, data } = tensors[0]!;
  const pixels = new Float32Array(tensors.length * data.length);
  for (const [i, tensor] of tensors.entries()) pixels.set(tensor.data, i * data.length);
  return hostTensor("float32", [tensors.length, ...shape], pixels);
}
