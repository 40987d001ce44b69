// Moves a file to a name that is free: renamed, never copied, never over another file.
import { lstat, mkdir, open, realpath, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { isWithin } from "../data/pictures.ts";

/** A file's place, in a folder that it must not lie outside of. */
export interface Place {
  readonly folder: string;
  readonly path: string;
}

/**
 * Moves `from` to `to`. A file without content holds the new name until the old file takes it.
 * @throws ClassifierTrainingError kind "usage": `PICTURE_GONE`, `PICTURE_LINK`, `PLACE_TAKEN`, `PICTURE_OUTSIDE`, `OTHER_DISK`;
 * kind "storage" `MOVE_FAILED`
 */
export async function moveFile(from: Place, to: Place): Promise<void> {
  await checkMovable(from);
  try {
    await assertInside(to);
    await mkdir(dirname(to.path), { recursive: true });
    await (await open(to.path, "wx")).close();
  } catch (error) {
    throw refused(error, to.path);
  }
  try {
    await rename(from.path, to.path);
  } catch (error) {
    await unlink(to.path);
    throw refused(error, from.path);
  }
}

/** @throws ClassifierTrainingError kind "usage": `PICTURE_GONE`, `PICTURE_LINK`, `PICTURE_OUTSIDE` */
export async function checkMovable(place: Place): Promise<void> {
  const found = await lstat(place.path).catch(() => undefined);
  if (found === undefined) throw usage("PICTURE_GONE", "the picture is no longer here", place.path);
  if (!found.isFile()) throw usage("PICTURE_LINK", "links are not moved", place.path);
  await assertInside(place);
}

/** Whether nothing has this name. */
export async function isFree(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT" || error.code === "ENOTDIR",
  );
}

/** Takes back the name that a move held when it was ended: a file without content, while the picture is where it was. */
export async function releaseName(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > 0) return false;
  await unlink(path);
  return true;
}

/** Makes sure that folders have their new entries on the disk, where the system lets folders be flushed. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  for (const folder of new Set(Array.from(paths, (path) => dirname(path)))) {
    const handle = await open(folder, "r").catch(() => undefined);
    await handle?.sync().catch(() => undefined);
    await handle?.close();
  }
}

/** Follows the links of what is there of a path. */
async function assertInside({ folder, path }: Place): Promise<void> {
  const root = await realpath(folder);
  let nearest = dirname(path);
  let real = await realpath(nearest).catch(() => undefined);
  while (real === undefined && dirname(nearest) !== nearest) {
    nearest = dirname(nearest);
    real = await realpath(nearest).catch(() => undefined);
  }
  if (real === undefined || !isWithin(root, real)) {
    throw usage("PICTURE_OUTSIDE", "this lies outside the opened folder", path);
  }
}

function refused(error: unknown, where: string): Error {
  if (error instanceof ClassifierTrainingError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") return usage("PLACE_TAKEN", "there is another file of this name", where);
  if (code === "ENOENT") return usage("PICTURE_GONE", "the picture is no longer here", where);
  if (code === "EXDEV") {
    return usage(
      "OTHER_DISK",
      "the folder beside the data is on another disk, and pictures are never copied",
      where,
    );
  }
  return new ClassifierTrainingError("storage", "MOVE_FAILED", `cannot be moved: ${code}`, {
    where,
    cause: error,
  });
}

function usage(code: string, message: string, where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message, { where });
}
