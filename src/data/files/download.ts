// Fetches a file of a known data set, so that it is complete and right under its name or not there at all.
import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";

/**
 * Fetches `url` to `destination`, whose folder is created. The bytes go to a file beside it first.
 * @param sha256 what the file must hash to
 * @throws ClassifierTrainingError `DATA_DOWNLOAD`: kind "failure" where the server cannot be reached or refuses, kind
 * "data" where it sent something else
 */
export async function download(url: string, destination: string, sha256: string): Promise<void> {
  const response = await fetch(url).catch((error: unknown) => {
    throw failure("failure", "the server cannot be reached", url, error);
  });
  if (!response.ok || response.body === null)
    throw failure("failure", `the server answers ${response.status}`, url);
  await mkdir(dirname(destination), { recursive: true });
  const partial = `${destination}.${process.pid}.partial`;
  const hash = createHash("sha256");
  try {
    const file = await open(partial, "w");
    try {
      for await (const piece of response.body) {
        hash.update(piece);
        await file.writeFile(piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (hash.digest("hex") !== sha256) throw failure("data", "what came has not the known SHA-256", url);
    await rename(partial, destination);
  } catch (error) {
    if (error instanceof ClassifierTrainingError) throw error;
    throw failure("failure", `cannot be fetched: ${(error as Error).message}`, url, error);
  } finally {
    await rm(partial, { force: true });
  }
}

function failure(
  kind: "failure" | "data",
  message: string,
  url: string,
  cause?: unknown,
): ClassifierTrainingError {
  return new ClassifierTrainingError(kind, "DATA_DOWNLOAD", message, {
    where: url,
    hint: "fetch the file by other means into data.root",
    cause,
  });
}
