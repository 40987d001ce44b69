// A model that a person gives to the studio: written to a folder that goes when the studio stops.
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { ClassifierTrainingError } from "../../core/index.ts";
import { writeFailed } from "../../platform/index.ts";

/** Of a model; those of the model zoo have at most 600 MB. */
export const LARGEST_MODEL = 1e9;

/** The folder is made when there is something to write. */
export class DroppedFiles implements AsyncDisposable {
  #folder: Promise<string> | undefined;
  #count = 0;

  /**
   * Writes what comes as it comes.
   * @returns the path
   * @throws ClassifierTrainingError kind "usage" `BODY_TOO_LARGE`; kind "storage" `WRITE_FAILED`
   */
  async write(body: ReadableStream<Uint8Array>, largest: number = LARGEST_MODEL): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), "classifier-training-studio-"));
    const path = join(await this.#folder, `${++this.#count}.onnx`);
    let length = 0;
    const limit = new Transform({
      transform(chunk: Uint8Array, _, next) {
        length += chunk.length;
        next(length > largest ? tooLarge(largest) : null, chunk);
      },
    });
    try {
      await pipeline(Readable.fromWeb(body), limit, createWriteStream(path, { mode: 0o600 }));
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error instanceof ClassifierTrainingError ? error : writeFailed(path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const folder = await this.#folder;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

function tooLarge(largest: number): ClassifierTrainingError {
  return new ClassifierTrainingError(
    "usage",
    "BODY_TOO_LARGE",
    `a model has at most ${largest / 1e6} MB here`,
  );
}
