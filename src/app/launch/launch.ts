// Writes a job of a cluster into files, and hands it over.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { ClassifierTrainingError } from "../../core/index.ts";
import { writeDurably } from "../../platform/index.ts";

/** A file of a job. */
export interface JobFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes the files of a job.
 * @throws ClassifierTrainingError kind "usage" `FILE_EXISTS` where another one has that name, or kind "storage"
 */
export async function writeJob(files: readonly JobFile[]): Promise<void> {
  for (const { path, text } of files) {
    if (!existsSync(path) || readFileSync(path, "utf8") === text) continue;
    throw new ClassifierTrainingError("usage", "FILE_EXISTS", "is there, with another content", {
      where: path,
      hint: "move it away, or choose another --name",
    });
  }
  for (const { path, text } of files) await writeDurably(path, [new TextEncoder().encode(text)]);
}

/**
 * Runs the command that takes a job, which says itself what came of it.
 * @throws ClassifierTrainingError kind "failure" `SUBMIT_FAILED`
 */
export async function submit(command: string, words: readonly string[]): Promise<void> {
  const failed = (message: string): ClassifierTrainingError =>
    new ClassifierTrainingError("failure", "SUBMIT_FAILED", message, {
      where: [command, ...words].join(" "),
    });
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, words, { stdio: "inherit" });
    child.on("error", (error) => reject(failed(error.message)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(failed(`ended with code ${code}`))));
  });
}
