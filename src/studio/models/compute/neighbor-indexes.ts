// The indexes of the open pictures, one a model: made in small steps, so that other requests come in between.
import { allComponents } from "../../../app/index.ts";
import { ClassifierTrainingError, hostTensor, sizeOf } from "../../../core/index.ts";
import { LatestUsed } from "../../../core/latest-used.ts";
import { type ImageDataset, labelText } from "../../../data/index.ts";
import { openData } from "../../data/open-data.ts";
import type { Neighbor } from "../api.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { NeighborIndex } from "./neighbor-index.ts";
import type { ComputeRequests, ModelSource } from "./protocol.ts";

/** Pictures of one step, which take about half a second or less. */
const STEP = 32;

/** Pictures after which what there is is kept: so many are lost at most. */
const SAVE_EVERY = 10_000;

/** Indexes in memory at a time. */
const MOST_OPEN = 2;

/** An index that is being made, and what it still lacks. */
interface Making {
  readonly index: NeighborIndex;
  readonly dataset: ImageDataset;
  readonly pending: readonly number[];
  next: number;
  /** Of `pending`; -1: the file has pictures that are gone. */
  saved: number;
}

/** Requests name an index by its file. */
export class NeighborIndexes {
  readonly #models: LoadedModels;
  readonly #ready = new LatestUsed<string, Promise<NeighborIndex>>(MOST_OPEN, () => undefined);
  readonly #making = new Map<string, Making>();

  constructor(models: LoadedModels) {
    this.#models = models;
  }

  /** @throws ClassifierTrainingError as opening the data does; kind "storage" where the file cannot be written */
  async advance({
    model,
    configuration,
    file,
    isFirst,
  }: ComputeRequests["advance"]["request"]): Promise<ComputeRequests["advance"]["answer"]> {
    const making = isFirst ? undefined : this.#making.get(file);
    const { dataset, pending, index, ...progress } = making ?? (await begin(configuration, file));
    const step = pending.slice(progress.next, progress.next + STEP);
    for (const [i, features] of await this.#features(model, dataset, step)) {
      index.add({ name: dataset.name(i), label: labelText(dataset, i) }, features);
    }
    const next = progress.next + step.length;
    const isDone = next === pending.length;
    const isDue = next - progress.saved >= (isDone ? 1 : SAVE_EVERY);
    if (isDue) await index.save(file);
    this.#ready.forget(file);
    if (isDone) {
      this.#making.delete(file);
      this.#ready.get(file, () => Promise.resolve(index));
    } else {
      const saved = isDue ? next : progress.saved;
      this.#making.set(file, { index, dataset, pending, next, saved });
    }
    const total = dataset.labels.length;
    return { done: total - pending.length + next, total };
  }

  /** @throws ClassifierTrainingError kind "data" where the picture cannot be read */
  async nearest({ model, picture, file, count }: ComputeRequests["nearest"]["request"]): Promise<Neighbor[]> {
    const index = await this.#ready.get(file, () => NeighborIndex.load(file));
    const subject = await this.#models.subject(model);
    const tensor = await subject.prepare({ kind: "bytes", bytes: picture }, "the picture");
    const features = await subject.network!.features(
      hostTensor("float32", [1, ...tensor.shape], tensor.data),
    );
    return index.nearest(features.data as Float32Array, count);
  }

  /** Of those that can be read, by their place in the data set. */
  async #features(
    model: ModelSource,
    dataset: ImageDataset,
    indices: readonly number[],
  ): Promise<Map<number, Float32Array>> {
    const subject = await this.#models.subject(model);
    const prepared = await Promise.all(
      indices.map(async (i) => {
        const name = dataset.name(i);
        const tensor = await subject.prepare(await dataset.source(i), name).catch(unreadable);
        return tensor === undefined ? [] : [{ i, tensor }];
      }),
    );
    const readable = prepared.flat();
    if (readable.length === 0) return new Map();
    const shape = readable[0]!.tensor.shape;
    const data = new Float32Array(readable.length * sizeOf(shape));
    for (const [row, { tensor }] of readable.entries()) data.set(tensor.data, row * sizeOf(shape));
    const features = await subject.network!.features(
      hostTensor("float32", [readable.length, ...shape], data),
    );
    const width = features.data.length / readable.length;
    const rows = features.data as Float32Array;
    return new Map(readable.map(({ i }, row) => [i, rows.subarray(row * width, (row + 1) * width)]));
  }
}

/** Opens the pictures as they are now; those that the file has under the same name and label keep their features. */
async function begin(
  configuration: ComputeRequests["advance"]["request"]["configuration"],
  file: string,
): Promise<Making> {
  const { splits } = await openData({
    configuration,
    registry: allComponents(),
    imports: [],
    note: () => undefined,
  });
  const dataset = splits.train;
  const places = new Map(
    Array.from({ length: dataset.labels.length }, (_, i) => [dataset.name(i), i] as const),
  );
  const index = await NeighborIndex.load(file);
  const before = index.size;
  index.keep(({ name, label }) => {
    const place = places.get(name);
    if (place === undefined || labelText(dataset, place) !== label) return false;
    places.delete(name);
    return true;
  });
  index.expect(places.size);
  const saved = index.size < before ? -1 : 0;
  return { index, dataset, pending: [...places.values()], next: 0, saved };
}

function unreadable(error: unknown): undefined {
  if (error instanceof ClassifierTrainingError && error.kind === "data") return undefined;
  throw error;
}
