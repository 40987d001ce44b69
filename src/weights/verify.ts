// Checks a file of weights from its first byte to its last.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { ClassifierTrainingError, type HostTensor, isFloat, sizeOf } from "../core/index.ts";
import { WEIGHTS_CATALOG } from "./catalog.ts";
import { openWeights } from "./open-weights.ts";
import type { WeightsFile } from "./weights-file.ts";

/** What a whole reading of the file found. */
export interface WeightsReport {
  readonly format: WeightsFile["format"];
  readonly tensors: number;
  /** Elements of all tensors. */
  readonly elements: number;
  readonly fileBytes: number;
  /** Of the file; of a sharded set, of its index. */
  readonly sha256: string;
  /** The first digits that the hash was compared with, where they are known. */
  readonly expectedSha256: string | undefined;
  /** Tensors that hold NaN or infinity. */
  readonly nonFinite: readonly string[];
}

/**
 * Hashes a file and reads every tensor of it.
 * @param sha256 first digits of the hash that it should have; default: what the catalogue says of its name.
 * @throws ClassifierTrainingError `WEIGHTS_HASH` for another hash, and what opening and reading throw.
 */
export async function verifyWeights(path: string, sha256?: string): Promise<WeightsReport> {
  using file = openWeights(path);
  const entry = WEIGHTS_CATALOG.find(({ fileName }) => fileName === basename(path));
  const expectedSha256 = sha256?.toLowerCase() ?? entry?.sha256Prefix;
  const { digest, fileBytes } = await hashFile(path);
  if (!digest.startsWith(expectedSha256 ?? "")) {
    throw new ClassifierTrainingError(
      "data",
      "WEIGHTS_HASH",
      `the file has SHA-256 ${digest}, not ${expectedSha256}`,
      {
        where: path,
        hint: "it was changed or cut: fetch it again",
      },
    );
  }
  let elements = 0;
  const nonFinite: string[] = [];
  for (const [name, { shape }] of file.tensors) {
    elements += sizeOf(shape);
    if (!allFinite(file.read(name))) nonFinite.push(name);
  }
  const tensors = file.tensors.size;
  return { format: file.format, tensors, elements, fileBytes, sha256: digest, expectedSha256, nonFinite };
}

async function hashFile(path: string): Promise<{ digest: string; fileBytes: number }> {
  const hash = createHash("sha256");
  let fileBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    fileBytes += chunk.length;
  }
  return { digest: hash.digest("hex"), fileBytes };
}

/** Exponents of all ones: NaN and infinity. */
const SPECIAL_EXPONENT = { float16: 0x7c00, bfloat16: 0x7f80 } as const;

function allFinite({ dtype, data }: HostTensor): boolean {
  if (!isFloat(dtype)) return true;
  if (dtype === "float16" || dtype === "bfloat16") {
    const exponent = SPECIAL_EXPONENT[dtype];
    return (data as Uint16Array).every((bits) => (bits & exponent) !== exponent);
  }
  return (data as Float32Array | Float64Array).every(Number.isFinite);
}
