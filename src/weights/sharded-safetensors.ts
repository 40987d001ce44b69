// A set of weights spread over several safetensors files, listed by an index file beside them.
import { dirname, join } from "node:path";
import { ClassifierTrainingError } from "../core/index.ts";
import { fileSource } from "./byte-source.ts";
import { openSafetensors } from "./safetensors.ts";
import { type TensorInfo, unknownTensor, type WeightsFile } from "./weights-file.ts";

const LARGEST_INDEX = 100_000_000;

/**
 * Opens `<name>.safetensors.index.json`, as Hugging Face libraries write it: `weight_map` gives the file of each
 * tensor. The files must lie in the folder of the index.
 * @throws ClassifierTrainingError `SAFETENSORS_INDEX` where the index is malformed or does not fit its files.
 */
export function openShardedSafetensors(path: string): WeightsFile {
  const shards = new Map<string, WeightsFile>();
  const close = (): void => {
    for (const shard of shards.values()) shard.close();
  };
  try {
    const owners = readWeightMap(path);
    const tensors = new Map<string, TensorInfo>();
    for (const [name, file] of owners) {
      let shard = shards.get(file);
      if (shard === undefined) {
        shard = openSafetensors(join(dirname(path), file));
        shards.set(file, shard);
      }
      const info = shard.tensors.get(name);
      if (info === undefined) throw invalidIndex(path, `"${name}" is not in ${file}`);
      tensors.set(name, info);
    }
    return {
      name: path,
      format: "safetensors-index",
      metadata: new Map<string, string>(),
      tensors,
      read(name) {
        const owner = owners.get(name);
        if (owner === undefined) throw unknownTensor(this, name);
        return shards.get(owner)!.read(name);
      },
      close,
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function readWeightMap(path: string): ReadonlyMap<string, string> {
  const source = fileSource(path);
  let parsed: unknown;
  try {
    if (source.size > LARGEST_INDEX)
      throw invalidIndex(path, `${source.size} bytes are too many for an index`);
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(source.read(0, source.size)));
  } catch (error) {
    if (error instanceof ClassifierTrainingError) throw error;
    throw invalidIndex(path, "the index is not JSON");
  } finally {
    source.close();
  }
  const weightMap = isRecord(parsed) ? parsed.weight_map : undefined;
  if (!isRecord(weightMap)) throw invalidIndex(path, "the index has no weight_map");
  const owners = new Map<string, string>();
  for (const [name, file] of Object.entries(weightMap)) {
    // A bare file name: an index that was fetched must not reach into other folders.
    if (typeof file !== "string" || !/^[^/\\:\0]+\.safetensors$/.test(file)) {
      throw invalidIndex(path, `"${name}" is said to be in ${JSON.stringify(file)}`);
    }
    owners.set(name, file);
  }
  return owners;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalidIndex(path: string, message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "SAFETENSORS_INDEX", message, { where: path });
}
