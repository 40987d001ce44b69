// What `model.pretrained` names, and the file that it stands for.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ClassifierTrainingError } from "../core/index.ts";
import { type DownloadOptions, download } from "../download/index.ts";
import { weightsCacheFolder } from "./cache.ts";
import { findWeights, WEIGHTS_CATALOG, type WeightsEntry, type WeightsPreprocessing } from "./catalog.ts";
import { findTimmWeights } from "./timm-weights.ts";

/** Where the weights come from: a row of the catalogue, an address, or a file on this machine. */
export type PretrainedSource =
  | { readonly kind: "catalog"; readonly entry: WeightsEntry }
  | {
      readonly kind: "url";
      readonly url: string;
      /** What pictures the weights expect, where that is known. */
      readonly preprocessing?: WeightsPreprocessing;
    }
  | { readonly kind: "file"; readonly path: string };

/**
 * Reads `model.pretrained`: `true` or `DEFAULT` is the best entry of the catalogue (`true` timm's file for a network of its), `IMAGENET1K_V1` a given one,
 * `hf-hub:timm/NAME` the file of a repository of the Hugging Face Hub, anything with a slash or an ending the URL or the path
 * of a file of weights, `false` nothing.
 * @throws ClassifierTrainingError `WEIGHTS_UNKNOWN` for a name that the catalogue does not have, or that is no repository's.
 */
export function pretrainedSource(
  architecture: string,
  pretrained: boolean | string,
  environment: NodeJS.ProcessEnv = process.env,
): PretrainedSource | undefined {
  if (pretrained === false) return undefined;
  const timm = pretrained === true ? findTimmWeights(architecture) : undefined;
  if (timm !== undefined) {
    const url = hubUrl(`${HUB}${timm.repository}`, environment);
    return { kind: "url", url, preprocessing: timm.preprocessing };
  }
  if (pretrained === true) return { kind: "catalog", entry: findWeights(architecture) };
  if (pretrained.startsWith(HUB)) return { kind: "url", url: hubUrl(pretrained, environment) };
  if (/^https?:\/\//i.test(pretrained)) return { kind: "url", url: pretrained };
  if (/[/\\.]/.test(pretrained) || existsSync(pretrained)) return { kind: "file", path: pretrained };
  return { kind: "catalog", entry: findWeights(architecture, pretrained) };
}

const HUB = "hf-hub:";

/** `hf-hub:OWNER/NAME` or `hf-hub:OWNER/NAME@REVISION`; `HF_ENDPOINT` names a mirror, as for Hugging Face's own tools. */
function hubUrl(pretrained: string, { HF_ENDPOINT }: NodeJS.ProcessEnv): string {
  const [, repository, revision = "main"] =
    /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(pretrained.slice(HUB.length)) ?? [];
  if (repository !== undefined) {
    const endpoint = (HF_ENDPOINT ?? "https://huggingface.co").replace(/\/+$/, "");
    return `${endpoint}/${repository}/resolve/${revision}/model.safetensors`;
  }
  throw new ClassifierTrainingError("usage", "WEIGHTS_UNKNOWN", `"${pretrained}" names no repository`, {
    hint: "name owner and repository, as in hf-hub:timm/resnet18.a1_in1k",
  });
}

/** What pictures the weights of a source expect; undefined where that is not known. */
export function preprocessingOf(source: PretrainedSource): WeightsPreprocessing | undefined {
  if (source.kind === "catalog") return source.entry.preprocessing;
  return source.kind === "url" ? source.preprocessing : undefined;
}

/** Where the file of a source is or will be. Files of other hosts carry a hash of their URL in their name. */
export function pretrainedPath(source: PretrainedSource, environment?: NodeJS.ProcessEnv): string {
  if (source.kind === "file") return source.path;
  const folder = weightsCacheFolder(environment);
  if (source.kind === "catalog") return join(folder, source.entry.fileName);
  const digest = createHash("sha256").update(source.url).digest("hex").slice(0, 12);
  return join(folder, `${digest}-${basename(new URL(source.url).pathname) || "weights"}`);
}

/**
 * The path of the file, downloaded if it is not in the cache yet.
 * @throws ClassifierTrainingError what `download` throws.
 */
export async function fetchPretrained(
  source: PretrainedSource,
  options: Omit<DownloadOptions, "sha256Prefix"> = {},
): Promise<string> {
  const path = pretrainedPath(source, options.environment);
  if (source.kind === "file" || existsSync(path)) return path;
  const { url, sha256Prefix } =
    source.kind === "catalog" ? source.entry : { ...source, sha256Prefix: undefined };
  const storageHint = "make room or set TORCH_HOME to a folder that can be written to";
  await download(url, path, { storageHint, ...options, sha256Prefix });
  return path;
}

/** An entry of the catalogue and whether its file is in the cache. */
export interface ListedWeights {
  readonly entry: WeightsEntry;
  readonly path: string;
  readonly isCached: boolean;
}

/** The catalogue, with where each file is or would be. */
export function listWeights(environment?: NodeJS.ProcessEnv): ListedWeights[] {
  return WEIGHTS_CATALOG.map((entry) => {
    const path = pretrainedPath({ kind: "catalog", entry }, environment);
    return { entry, path, isCached: existsSync(path) };
  });
}
