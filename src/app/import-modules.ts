// --import: modules of the user, TypeScript or JavaScript, that register components.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ClassifierTrainingError } from "../core/errors.ts";

/** This package, as the modules of the user import it. */
const OWN = "classifier-training";

/** Loads each module; TypeScript goes through tsx. @throws ClassifierTrainingError kind "usage" `IMPORT_FAILED`. */
export async function importModules(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  // Once tsx is registered, each module that is loaded is asked for in its thread: these hundreds are loaded before.
  await import(OWN);
  const { register } = await import("tsx/esm/api");
  const unregister = register();
  try {
    for (const path of paths) {
      await import(pathToFileURL(resolve(path)).href).catch((cause: Error) => {
        throw new ClassifierTrainingError("usage", "IMPORT_FAILED", cause.message, { where: path, cause });
      });
    }
  } finally {
    await unregister();
  }
}
