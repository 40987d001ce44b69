// The road of one picture: prepare, transform; and of a chunk of them into a batch's memory.
import {
  ClassifierTrainingError,
  type ErrorKind,
  formatShape,
  RandomStream,
  type Shape,
  sameShape,
} from "../../core/index.ts";
import { type Image, type ImageTensor, isImage } from "../../image/image.ts";
import type { ImageSource } from "../../image/image-source.ts";
import { freshMemory, type PixelMemory, ReusedMemory } from "../../image/pixel-memory.ts";
import { transformFromDescription } from "../../transforms/catalog.ts";
import type { Transform, TransformDescription } from "../../transforms/transform.ts";
import type { SharedArena } from "../caching/image-cache.ts";
import { type Preparation, prepareImage } from "../caching/prepared-image.ts";

/** How pictures become tensors. */
export interface Pipeline extends Preparation {
  /** What follows the prefix. */
  readonly transform: Transform;
  readonly seed: number;
}

/** A pipeline as data, for a worker thread. */
export interface PipelineDescription extends Omit<Pipeline, "prefix" | "transform"> {
  readonly prefix: TransformDescription | undefined;
  readonly transform: TransformDescription;
}

/** The pipeline as plain data that a worker thread can be sent. */
export function describePipeline(pipeline: Pipeline): PipelineDescription {
  const { prefix, transform } = pipeline;
  return { ...pipeline, prefix: prefix?.describe(), transform: transform.describe() };
}

/** The pipeline that was described; its transforms must be describable. */
export function pipelineFromDescription(description: PipelineDescription): Pipeline {
  const { prefix, transform } = description;
  return {
    ...description,
    prefix: prefix && transformFromDescription(prefix),
    transform: transformFromDescription(transform),
  };
}

/** One picture to prepare. */
export interface SampleRequest {
  readonly source: ImageSource;
  readonly name: string;
  readonly epoch: number;
  /** Its place in the epoch's order: random numbers depend on it, not on who prepares it. */
  readonly position: number;
  /** The prepared picture, where a cache has it. */
  readonly prepared?: Image | undefined;
  /** Whether the prepared picture is to be given back, for a cache. */
  readonly keep?: boolean;
}

/** What became of a chunk. */
export interface ChunkResult {
  /** The pictures whose data is bad; their parts of the output stay as they are. */
  readonly bad: readonly BadPicture[];
  /** The prepared pictures that are to be kept, by slot; their pixels lie in shared memory. */
  readonly prepared: readonly (readonly [slot: number, image: Image])[];
}

/** A picture that could not be prepared. Plain data, so that a worker thread can send it. */
export interface BadPicture {
  /** Its place in the chunk or batch. */
  readonly slot: number;
  readonly name: string;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Prepares and transforms one picture. */
export async function prepareSample(pipeline: Pipeline, request: SampleRequest): Promise<ImageTensor> {
  const image = await prepareImage(request.source, request.name, pipeline);
  return transformSample(pipeline, request, image);
}

/** Transforms a prepared picture; the tensor may lie in `output` where that has its length. */
async function transformSample(
  { seed, transform }: Pipeline,
  { epoch, position }: SampleRequest,
  image: Image,
  output?: Float32Array,
): Promise<ImageTensor> {
  const random = new RandomStream(seed, "augment", [epoch, position]);
  const pixels = await transform.apply(image, random, output);
  if (!isImage(pixels)) return pixels;
  throw new ClassifierTrainingError("usage", "TRANSFORM_ORDER", "the transforms end with a picture", {
    where: "transforms",
    hint: "list ToDtype after the transforms of pictures",
  });
}

/**
 * Prepares pictures, `concurrency` at a time, each into its part of `output`.
 *
 * @param spare memory for decoded pictures, which is used again; without it each has its own, for transforms that may
 * keep what they are given
 * @throws whatever else goes wrong than bad pictures, such as transforms that do not fit together
 */
export async function prepareChunk(
  pipeline: Pipeline,
  requests: readonly SampleRequest[],
  output: Float32Array,
  shape: Shape,
  concurrency: number,
  arena: SharedArena,
  spare?: ReusedMemory[],
): Promise<ChunkResult> {
  const length = output.length / requests.length;
  const bad: BadPicture[] = [];
  const prepared: [number, Image][] = [];
  let next = 0;
  const work = async (memory: PixelMemory): Promise<void> => {
    const preparation = { ...pipeline, read: { ...pipeline.read, memory } };
    while (next < requests.length) {
      const slot = next++;
      const request = requests[slot]!;
      try {
        const image = request.prepared ?? (await prepareImage(request.source, request.name, preparation));
        if (request.keep === true) prepared.push([slot, arena.put(image)]);
        const part = output.subarray(slot * length, (slot + 1) * length);
        const tensor = await transformSample(pipeline, request, image, part);
        if (!sameShape(tensor.shape, shape)) throw shapeMismatch(tensor.shape, shape, request.name);
        if (tensor.data !== part) part.set(tensor.data);
      } catch (error) {
        if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
        const { kind, code, message, hint } = error;
        bad.push({ slot, name: request.name, kind, code, message, hint });
      }
    }
  };
  const lane = async (): Promise<void> => {
    if (spare === undefined) return work(freshMemory);
    const memory = spare.pop() ?? new ReusedMemory();
    await work(memory).finally(() => spare.push(memory));
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, requests.length) }, lane));
  return { bad: bad.sort((a, b) => a.slot - b.slot), prepared };
}

/** The error that a bad picture stands for. */
export function badPictureError({ name, kind, code, message, hint }: BadPicture): ClassifierTrainingError {
  return new ClassifierTrainingError(kind, code, message, { where: name, hint });
}

function shapeMismatch(shape: Shape, expected: Shape, name: string): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "usage",
    "TRANSFORM_SIZES",
    `the transforms give pictures of different sizes: ${formatShape(shape)} and ${formatShape(expected)}`,
    {
      where: name,
      hint: "end the transforms of pictures with CenterCrop, RandomResizedCrop or a Resize to [height, width]",
    },
  );
}
