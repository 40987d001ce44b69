// Checkpoints in the origin's private file system: which there are, and the one to go on from.
import { joinPath, listFiles, pathExists, removeFile } from "../platform/index.ts";
import { type LoadedCheckpoint, loadCheckpointOrPrevious } from "../train/index.ts";

/** A checkpoint that is kept. */
export interface KeptFile {
  /** What `loadCheckpoint` takes. */
  readonly path: string;
  readonly bytes: number;
  readonly modified: Date;
}

const ENDING = ".safetensors";

/** The checkpoints that `ModelCheckpoint` has kept under `dirpath`, the latest first. */
export async function listCheckpoints(dirpath: string): Promise<KeptFile[]> {
  const files = (await listFiles(dirpath)).filter(({ name }) => name.endsWith(ENDING));
  return files
    .map(({ name, bytes, modified }) => ({
      path: joinPath(dirpath, name),
      bytes,
      modified: new Date(modified),
    }))
    .sort((a, b) => b.modified.getTime() - a.modified.getTime());
}

/**
 * The state to resume a fit from, for `fit(model, data, { checkpoint })`: that of `last.safetensors`, or where it is
 * damaged its predecessor. Undefined where there is none.
 * @throws ClassifierTrainingError kind "storage" `CHECKPOINT_CORRUPT` where both are
 */
export async function lastCheckpoint(dirpath: string): Promise<LoadedCheckpoint | undefined> {
  const path = joinPath(dirpath, `last${ENDING}`);
  const previous = joinPath(dirpath, `last.previous${ENDING}`);
  if (!(await pathExists(path)) && !(await pathExists(previous))) return undefined;
  return loadCheckpointOrPrevious(path);
}

/** Removes the checkpoints under `dirpath`. @throws ClassifierTrainingError kind "storage" `WRITE_FAILED` */
export async function removeCheckpoints(dirpath: string): Promise<void> {
  for (const { path } of await listCheckpoints(dirpath)) await removeFile(path);
}
