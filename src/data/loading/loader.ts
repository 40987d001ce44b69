// The loader: batches of an epoch, prepared ahead in worker threads or in this one, always the same.
import {
  type Batch,
  type BatchSource,
  ClassifierTrainingError,
  type HostTensor,
  hostTensor,
  type LoaderMemory,
  labelTensor,
  ONLY_PROCESS,
  RandomStream,
  type Shape,
  type Share,
  sharedMemory,
  shareOf,
  sizeOf,
} from "../../core/index.ts";
import type { ImageSource } from "../../image/index.ts";
import { type BatchTransform, oneHot } from "../../transforms/batches/batch-transform.ts";
import { type ImageCache, SharedArena } from "../caching/image-cache.ts";
import type { ImageDataset } from "../datasets/dataset.ts";
import {
  type BadPicture,
  badPictureError,
  type Pipeline,
  prepareChunk,
  prepareSample,
  type SampleRequest,
} from "./pipeline.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Some prepared pictures, N of them, with what they show. */
export interface ImageBatch extends Batch {
  /** [N, 3, height, width] */
  readonly images: HostTensor<"float32">;
  /** [N], class indices; or of pictures with several labels [N, labels]: 1, 0, and -1 where nothing is known. */
  readonly labels: HostTensor<"int32"> | HostTensor<"float32">;
  /** [N, classes], the share of each class or label, where the pictures are mixed by MixUp or CutMix. */
  readonly targets?: HostTensor<"float32">;
  /** Positions of the pictures in the data set. */
  readonly indices: readonly number[];
  /** The number of this batch in its epoch, from 0. */
  readonly batch: number;
}

/** What to do with a picture that cannot be read: end with its error, or leave it out of its batch. */
export type BadPicturePolicy = "fail" | "skip";

/** One epoch: what is shown, in which order, how it is prepared, and by whom. */
export interface LoaderOptions extends LoaderMemory {
  readonly dataset: ImageDataset;
  /** Positions in the data set, in the order of this epoch. */
  readonly order: Uint32Array;
  readonly pipeline: Pipeline;
  /** Pictures of a full batch; where processes share batches, of the part that each has. */
  readonly batchSize: number;
  /** Leaves out the last batch where it is not full. Default false. */
  readonly dropLast?: boolean;
  /** Default 0. */
  readonly epoch?: number;
  /** Where `order` is one process's share of an epoch: each has random numbers of its own. Default: all of it. */
  readonly shard?: { readonly rank: number; readonly worldSize: number };
  /** The batch to begin with, to go on within an epoch. Default 0. */
  readonly startBatch?: number;
  /** Batches prepared ahead of the one in use. Default 2. */
  readonly prefetch?: number;
  /** The threads that prepare the pictures. Default: this one. */
  readonly pool?: (() => Promise<WorkerPool>) | undefined;
  /** Mixes the pictures of a batch; one of these is drawn for each batch. Default none. */
  readonly batchTransforms?: readonly BatchTransform[];
  /** Keeps prepared pictures for the next epochs. Default none. */
  readonly cache?: ImageCache | undefined;
  /** Pictures known to be bad, by name: they are left out without being read. Default none. */
  readonly knownBad?: ((source: ImageSource, name: string) => BadPicture | undefined) | undefined;
  /** Default "fail". */
  readonly onBadPicture?: BadPicturePolicy;
  /** Told of every picture left out. */
  readonly onSkipped?: (picture: BadPicture, source: ImageSource) => void;
}

interface Prepared {
  readonly batch: ImageBatch;
  /** The shared memory the pictures were prepared in. */
  readonly memory: Float32Array;
}

const DEFAULT_PREFETCH = 2;
const WHOLE = { rank: 0, worldSize: 1 };
/** Pictures a worker is given at a time, at most: small enough to spread a batch over the workers. */
const CHUNK = 16;
/** Pictures under way at a time in the main thread: as many as libuv has threads. */
const MAIN_THREAD_CONCURRENCY = 4;

/** The shape every tensor of a pipeline has, found from the first picture that can be read. */
const shapes = new WeakMap<Pipeline, Shape>();

/**
 * The batches of one epoch, in order. What is in them depends on the options alone, not on the number of workers, on
 * prefetching or on where the iteration starts.
 */
export class DataLoader implements BatchSource<ImageBatch> {
  /** Number of batches of the whole epoch. */
  readonly length: number;
  /** Number of pictures of the whole epoch. */
  readonly samples: number;
  /** Number of pictures of a full batch, of all processes that share it. */
  readonly batchSize: number;
  readonly share: Share;
  /** How long the consumer has waited for batches, in milliseconds. */
  waited = 0;
  readonly #options: LoaderOptions;
  /** Memory of batches that are done. */
  readonly #free: Float32Array[] = [];
  readonly #arena = new SharedArena();

  constructor(options: LoaderOptions) {
    this.#options = options;
    const { order, dropLast = false, share = ONLY_PROCESS } = options;
    const batchSize = options.batchSize * share.size;
    this.batchSize = batchSize;
    this.share = share;
    this.length = dropLast ? Math.floor(order.length / batchSize) : Math.ceil(order.length / batchSize);
    this.samples = dropLast ? this.length * batchSize : order.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ImageBatch, void, undefined> {
    const { startBatch = 0, prefetch = DEFAULT_PREFETCH, reuseMemory = false } = this.#options;
    const pending: Promise<Prepared | undefined>[] = [];
    const state = { stopped: false };
    let next = startBatch;
    const advance = (): void => {
      while (next < this.length && pending.length <= prefetch) {
        const batch = this.#prepare(next++, state);
        // A failure is thrown when its turn comes; until then it must not count as unhandled.
        batch.catch(() => undefined);
        pending.push(batch);
      }
    };
    try {
      for (advance(); pending.length > 0; ) {
        const start = performance.now();
        const prepared = await pending[0]!;
        this.waited += performance.now() - start;
        pending.splice(0, 1);
        advance();
        if (prepared === undefined) continue;
        yield prepared.batch;
        if (reuseMemory) this.#free.push(prepared.memory);
      }
    } finally {
      state.stopped = true;
      await Promise.allSettled(pending);
    }
  }

  /** One batch, or undefined where there is nothing for this process, all is bad or nobody waits for it any more. */
  async #prepare(batch: number, state: { readonly stopped: boolean }): Promise<Prepared | undefined> {
    const { dataset, order, pipeline, epoch = 0, shard = WHOLE } = this.#options;
    const { positions, borrowed } = this.#positionsOf(batch);
    if (positions.length === 0) return undefined;
    const indices = positions.map((place) => order[place]!);
    const requests: SampleRequest[] = [];
    for (const [slot, index] of indices.entries()) {
      const source = await dataset.source(index);
      const position = positions[slot]! * shard.worldSize + shard.rank;
      requests.push({ source, name: dataset.name(index), epoch, position });
    }
    const shape = shapes.get(pipeline) ?? (await this.#findShape(requests));
    if (state.stopped) return undefined;
    const size = sizeOf(shape);
    const memory = this.#takeMemory(requests.length * size);
    const bad = await this.#fill(requests, memory, shape);
    const kept = this.#withoutBad(indices, requests, memory, size, bad);
    const lent = borrowed && bad[0]?.slot !== 0;
    if (kept.length === Number(lent)) return undefined;
    const mixed = this.#mix({
      images: hostTensor("float32", [kept.length, ...shape], memory.subarray(0, kept.length * size)),
      labels: labelTensor(dataset.labels, kept),
      indices: kept,
      batch,
    });
    return { batch: lent ? withoutFirst(mixed) : mixed, memory };
  }

  /**
   * Places in the order of what this process prepares of a batch; `borrowed`: the first is the neighbour's last picture,
   * which the next one is mixed with.
   */
  #positionsOf(batch: number): { positions: number[]; borrowed: boolean } {
    const { batchTransforms = [] } = this.#options;
    const first = batch * this.batchSize;
    const samples = Math.min(this.batchSize, this.samples - first);
    const [from, to] = shareOf(samples, this.share);
    const positions = Array.from({ length: to - from }, (_, i) => first + from + i);
    const borrowed = batchTransforms.length > 0 && to > from && to - from < samples;
    if (borrowed) positions.unshift(first + ((from + samples - 1) % samples));
    return { positions, borrowed };
  }

  /** Shared memory for so many floats: that of a batch that is done, or new. */
  #takeMemory(length: number): Float32Array {
    const used = this.#free.pop()?.buffer;
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    const buffer = used !== undefined && used.byteLength >= bytes ? used : sharedMemory(bytes);
    return new Float32Array(buffer, 0, length);
  }

  #mix(batch: ImageBatch): ImageBatch {
    const { batchTransforms = [], dataset, pipeline, epoch = 0, shard = WHOLE } = this.#options;
    if (batchTransforms.length === 0) return batch;
    const random = new RandomStream(pipeline.seed, "mix", [
      epoch,
      batch.batch * shard.worldSize + shard.rank,
    ]);
    const transform = batchTransforms[random.integer(batchTransforms.length)]!;
    const { images, labels } = batch;
    const targets = labels.dtype === "int32" ? oneHot(labels.data, dataset.classes.length) : labels;
    return { ...batch, ...transform.apply({ images, targets }, random) };
  }

  /** Prepares what is not known to be bad; the parts of bad pictures stay as they are. */
  async #fill(requests: readonly SampleRequest[], memory: Float32Array, shape: Shape): Promise<BadPicture[]> {
    const { pool: getPool, knownBad } = this.#options;
    const pool = await getPool?.();
    const size = sizeOf(shape);
    const bad: BadPicture[] = [];
    const parts: Promise<void>[] = [];
    const run = async (from: number, chunk: readonly SampleRequest[]): Promise<void> => {
      const found = await this.#run(
        pool,
        chunk,
        memory.subarray(from * size, (from + chunk.length) * size),
        shape,
      );
      bad.push(...found.map((picture) => ({ ...picture, slot: picture.slot + from })));
    };
    const most =
      pool === undefined ? requests.length : Math.min(CHUNK, Math.ceil(requests.length / pool.size));
    let chunk: SampleRequest[] = [];
    for (const [slot, request] of requests.entries()) {
      const known = knownBad?.(request.source, request.name);
      if (known === undefined) chunk.push(request);
      else bad.push({ ...known, slot });
      const from = slot + (known === undefined ? 1 : 0) - chunk.length;
      if (
        chunk.length === most ||
        (chunk.length > 0 && (known !== undefined || slot === requests.length - 1))
      ) {
        parts.push(run(from, chunk));
        chunk = [];
      }
    }
    await Promise.all(parts);
    return bad.sort((a, b) => a.slot - b.slot);
  }

  /** Prepares a chunk here or in a worker, with the pictures that are kept already. */
  async #run(
    pool: WorkerPool | undefined,
    requests: readonly SampleRequest[],
    output: Float32Array,
    shape: Shape,
  ): Promise<readonly BadPicture[]> {
    const { pipeline, cache } = this.#options;
    const stamps = requests.map(({ source }) => cache?.reserve(source));
    const ready = requests.map((request, slot) => {
      const image = cache?.find(request.source, pipeline.prefix);
      return { ...request, prepared: image, keep: image === undefined && stamps[slot] !== undefined };
    });
    const { bad, prepared } = await (pool === undefined
      ? prepareChunk(pipeline, ready, output, shape, MAIN_THREAD_CONCURRENCY, this.#arena)
      : pool.prepare(pipeline, ready, output, shape));
    for (const [slot, image] of prepared) {
      cache?.keep(requests[slot]!.source, pipeline.prefix, stamps[slot]!, image);
    }
    return bad;
  }

  /** Closes the gaps that bad pictures leave; returns the indices of the others. */
  #withoutBad(
    indices: number[],
    requests: readonly SampleRequest[],
    memory: Float32Array,
    size: number,
    bad: readonly BadPicture[],
  ): number[] {
    const { onBadPicture = "fail", onSkipped } = this.#options;
    if (bad.length === 0) return indices;
    if (onBadPicture === "fail") throw badPictureError(bad[0]!);
    for (const picture of bad) onSkipped?.(picture, requests[picture.slot]!.source);
    const gaps = new Set(bad.map(({ slot }) => slot));
    const kept: number[] = [];
    indices.forEach((index, slot) => {
      if (gaps.has(slot)) return;
      if (kept.length !== slot) memory.copyWithin(kept.length * size, slot * size, (slot + 1) * size);
      kept.push(index);
    });
    return kept;
  }

  /** The shape that the transforms give, from the first good picture; empty where none of these is good. */
  async #findShape(requests: readonly SampleRequest[]): Promise<Shape> {
    const { pipeline } = this.#options;
    for (const request of requests) {
      const tensor = await prepareSample(pipeline, request).catch((error: unknown) => {
        if (error instanceof ClassifierTrainingError && error.kind === "data") return undefined;
        throw error;
      });
      if (tensor === undefined) continue;
      shapes.set(pipeline, tensor.shape);
      return tensor.shape;
    }
    return [0];
  }
}

/** A batch without the picture that its neighbour lent. */
function withoutFirst(batch: ImageBatch): ImageBatch {
  const rest = <T extends ImageBatch["labels"]>(tensor: T): T => {
    const [count, ...own] = tensor.shape;
    return {
      ...tensor,
      shape: [count! - 1, ...own],
      data: tensor.data.subarray(tensor.data.length / count!),
    };
  };
  const { images, labels, targets, indices } = batch;
  return {
    ...batch,
    images: rest(images),
    labels: rest(labels),
    ...(targets === undefined ? {} : { targets: rest(targets) }),
    indices: indices.slice(1),
  };
}
