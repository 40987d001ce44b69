// Checkpoints: one safetensors file with weights, optimizer state and averages, the run's state as metadata.
import { bytesPerElement, ClassifierTrainingError, type HostTensor } from "../../core/index.ts";
import type { StateDict } from "../../nn/index.ts";
import {
  type DurableWriteOptions,
  makeFolderOf,
  nextTask,
  pathExists,
  sha256,
  writeDurably,
} from "../../platform/index.ts";
import { openSource } from "../../weights/byte-source.ts";
import { encodeSafetensors, readSafetensors } from "../../weights/safetensors.ts";
import type { Json } from "../contracts.ts";

/** What a checkpoint file holds: `training` can be resumed, `weights` are those of one moment, `features` of one split. */
export type CheckpointKind = "training" | "weights" | "features";

/** What one file holds: a fit that can be resumed, or weights that can be used. */
export interface Checkpoint {
  readonly kind: CheckpointKind;
  readonly tensors: StateDict;
  /** State of trainer, callbacks and metrics; for weights what they are. */
  readonly state: Json;
}

const FORMAT = "classifier-training/1";

/** Where the predecessor of a checkpoint is kept. */
export function previousCheckpoint(path: string): string {
  return path.replace(/(\.safetensors)?$/, ".previous$1");
}

/**
 * Writes a checkpoint atomically. The hash of its content is kept inside; where `keepPrevious`, the file
 * that it replaces stays as `<name>.previous.safetensors`.
 * @throws ClassifierTrainingError kind "storage" `WRITE_FAILED`; the old checkpoint is then still there.
 */
export async function saveCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  {
    keepPrevious = false,
    ...options
  }: Pick<DurableWriteOptions, "operations"> & { keepPrevious?: boolean } = {},
): Promise<void> {
  const state = JSON.stringify(checkpoint.state);
  const hash = await hashContent(checkpoint.kind, state, checkpoint.tensors);
  const metadata = new Map([
    ["format", FORMAT],
    ["kind", checkpoint.kind],
    ["state", state],
    ["sha256", hash],
  ]);
  await makeFolderOf(path);
  const { byteLength, chunks } = encodeSafetensors(checkpoint.tensors, metadata);
  await writeDurably(path, chunks, {
    ...options,
    byteLength,
    ...(keepPrevious ? { previous: previousCheckpoint(path) } : {}),
  });
}

/**
 * Reads a checkpoint and checks its hash.
 * @throws ClassifierTrainingError kind "storage" `CHECKPOINT_MISSING` or `CHECKPOINT_CORRUPT`.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  if (!(await pathExists(path))) {
    throw new ClassifierTrainingError("storage", "CHECKPOINT_MISSING", "there is no such checkpoint", {
      where: path,
    });
  }
  try {
    using file = readSafetensors(await openSource(path));
    const { metadata } = file;
    if (metadata.get("format") !== FORMAT) throw new Error("it was not written by this toolkit");
    const kind = metadata.get("kind") as CheckpointKind;
    const state = metadata.get("state") ?? "";
    const tensors: StateDict = new Map();
    for (const name of file.tensors.keys()) tensors.set(name, file.read(name));
    const hash = await hashContent(kind, state, tensors);
    if (hash !== metadata.get("sha256")) throw new Error("its content does not match its hash");
    return { kind, tensors, state: JSON.parse(state) as Json };
  } catch (error) {
    throw new ClassifierTrainingError("storage", "CHECKPOINT_CORRUPT", (error as Error).message, {
      where: path,
      hint: "use its predecessor or an older checkpoint",
      cause: error,
    });
  }
}

/** What was loaded, from which file, and why not from the one asked for. */
export interface LoadedCheckpoint extends Checkpoint {
  readonly path: string;
  readonly warning: string | undefined;
}

/** The checkpoint at `path`, or where that is missing or corrupt its kept predecessor, with a warning. */
export async function loadCheckpointOrPrevious(path: string): Promise<LoadedCheckpoint> {
  try {
    return { ...(await loadCheckpoint(path)), path, warning: undefined };
  } catch (error) {
    const previous = previousCheckpoint(path);
    if (!(error instanceof ClassifierTrainingError) || !(await pathExists(previous))) throw error;
    const warning = `${error.toLine()}; using ${previous}`;
    return { ...(await loadCheckpoint(previous)), path: previous, warning };
  }
}

const HASH_CHUNK = 1 << 22;

/** SHA-256 over kind, state and all tensors with names and types; pauses between chunks, so the event loop goes on. */
export async function hashContent(kind: CheckpointKind, state: string, tensors: StateDict): Promise<string> {
  const hash = sha256().update(JSON.stringify([kind, state]));
  for (const [name, tensor] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([name, tensor.dtype, tensor.shape]));
    for (const chunk of byteChunks(tensor)) {
      hash.update(chunk);
      if (chunk.length === HASH_CHUNK) await nextTask();
    }
  }
  return hash.digest();
}

function* byteChunks({ dtype, data }: HostTensor): Generator<Uint8Array> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length * bytesPerElement(dtype));
  for (let offset = 0; offset < bytes.length; offset += HASH_CHUNK)
    yield bytes.subarray(offset, offset + HASH_CHUNK);
}
