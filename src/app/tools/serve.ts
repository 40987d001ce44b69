// Serves exported models over HTTP, by names taken from their files.
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { processorCount } from "../../platform/index.ts";
import type { AccessEntry, ModelServer, ModelSource, ServeOptions } from "../../serve/index.ts";
import { modelOf } from "../export/write-export.ts";
import { packageVersion } from "../package-version.ts";

/** Models, settings, and where words go. */
export interface ServeRequest {
  /** Each an exported model, the folder of a run, or `NAME=` and one of these. */
  readonly models: readonly string[];
  /** Settings that differ from `SERVE_DEFAULTS`. */
  readonly options?: { readonly [K in keyof ServeOptions]?: ServeOptions[K] | undefined };
  /** Where the one model does not hold its labels. */
  readonly labelsPath?: string | undefined;
  /** A line for whoever runs the server. */
  note(line: string): void;
  /** Every request, when it is over. */
  log(entry: AccessEntry): void;
}

const MOST_DEFAULT_WORKERS = 4;

/**
 * Loads the models and listens until `stop` of what it returns.
 * @throws ClassifierTrainingError kind "data" for a model that cannot be loaded; kind "usage": `MODEL_NAMES`, `MODEL_NAME`,
 * `SERVE_LABELS`, `PORT_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function serveModels(request: ServeRequest): Promise<ModelServer> {
  const { models, options = {}, labelsPath, note, log } = request;
  if (labelsPath !== undefined && models.length > 1) {
    throw new ClassifierTrainingError(
      "usage",
      "SERVE_LABELS",
      "one file of labels cannot be for several models",
      {
        where: "--labels",
        hint: "export the models again, so that they hold their labels",
      },
    );
  }
  // What nothing but a server needs is loaded by a server alone.
  const { ModelServer, SERVE_DEFAULTS } = await import("../../serve/index.ts");
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return ModelServer.start(
    models.map((words) => ({ ...sourceOf(words), labelsPath })),
    { ...SERVE_DEFAULTS, workers: Math.min(MOST_DEFAULT_WORKERS, processorCount()), ...given },
    { note, log, version: packageVersion() },
  );
}

/** A file that is there is a file, whatever its name has in it. */
function sourceOf(words: string): ModelSource {
  const separator = existsSync(words) ? -1 : words.indexOf("=");
  const path = modelOf(words.slice(separator + 1));
  const name = separator < 0 ? nameOf(path) : words.slice(0, separator);
  checkModelName(name, words);
  return { name, path };
}

/** @throws ClassifierTrainingError kind "usage" `MODEL_NAME` for what a model cannot be called in an address */
export function checkModelName(name: string, where: string): void {
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(name)) return;
  throw new ClassifierTrainingError("usage", "MODEL_NAME", `"${name}" cannot be a model's name`, {
    where,
    hint: "give one of letters, digits, . _ and -; to serve as NAME=FILE",
  });
}

/** The name of its file; of `model.onnx`, as exports are called, that of its folder. */
function nameOf(path: string): string {
  const file = basename(path).replace(/\.onnx$/i, "");
  const name = file.toLowerCase() === "model" ? basename(dirname(resolve(path))) : file;
  return name.replaceAll(/[^\w.-]+/g, "-");
}
