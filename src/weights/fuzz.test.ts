import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { storedZip, type ZipContent } from "../../test/support/stored-zip.ts";
import { ClassifierTrainingError, RandomStream } from "../core/index.ts";
import { bufferSource } from "./byte-source.ts";
import { parsePyTorch } from "./pytorch/index.ts";
import { readStoredEntries, readStoredEntry } from "./pytorch/stored-zip.ts";
import { parseSafetensors } from "./safetensors.ts";
import type { WeightsFile } from "./weights-file.ts";

/** Mutated inputs per family of files; the promise is tested with FUZZ_RUNS=100000. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 3000);
const GOLDEN = "test/golden/weights";

interface Seed {
  name: string;
  bytes: Buffer;
}

const seeds: Seed[] = readdirSync(GOLDEN)
  .filter((name) => name !== "index.json" && name !== "hostile_deep_nesting.pt")
  .map((name) => ({ name, bytes: readFileSync(join(GOLDEN, name)) }))
  .filter(({ bytes }) => bytes.length > 0);

const safetensors = seeds.filter(({ name }) => name.endsWith(".safetensors"));
const pickles = seeds.filter(({ name }) => name.endsWith(".pt"));

/** Values that sit on the edges of length and offset fields, and opcodes that build, store and call. */
const INTERESTING = Buffer.from(
  "\x00\x01\x7f\x80\xff[]{}()\"',.:0129abcefhjloqrstuNQRX\x81\x85\x88\x8a\x8e\x93\x94",
  "latin1",
);

/** A few random edits: bytes set, flipped, removed, repeated, moved, cut off, taken from another file. */
function mutate(bytes: Buffer, other: Buffer, random: RandomStream): Buffer {
  let result = Buffer.from(bytes);
  for (let edits = 1 + random.integer(1 + random.integer(4)); edits > 0 && result.length > 0; edits--) {
    const at = random.integer(result.length);
    const length = 1 + random.integer(Math.min(16, result.length - at));
    switch (random.integer(8)) {
      case 0:
        result[at] = random.integer(256);
        break;
      case 1:
        result[at] = INTERESTING[random.integer(INTERESTING.length)]!;
        break;
      case 2:
        result[at]! ^= 1 << random.integer(8);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 4:
        result = Buffer.concat([result.subarray(0, at + length), result.subarray(at)]);
        break;
      case 5:
        result.fill(random.integer(2) === 0 ? 0xff : 0, at, at + length);
        break;
      case 6: {
        const from = random.integer(other.length);
        const piece = other.subarray(from, from + length);
        result = Buffer.concat([result.subarray(0, at), piece, result.subarray(at)]);
        break;
      }
      default:
        if (random.integer(4) === 0) result = result.subarray(0, at);
    }
  }
  return result;
}

/** The entries of a seed that is a sound archive. */
function unzip({ name, bytes }: Seed): ZipContent[] {
  try {
    const source = bufferSource(bytes, name);
    return [...readStoredEntries(source).values()].map((entry) => ({
      name: entry.name,
      bytes: readStoredEntry(source, entry),
    }));
  } catch {
    return [];
  }
}

interface Outcomes {
  loaded: number;
  refused: number;
  slowest: number;
}

/** Reads everything that `bytes` hold; anything but success or a typed error of ours fails the test. */
function check(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array, name: string) => WeightsFile,
  outcomes: Outcomes,
): void {
  const start = performance.now();
  try {
    const weights = parse(bytes, "mutant");
    for (const name of weights.tensors.keys()) weights.read(name);
    outcomes.loaded++;
  } catch (error) {
    if (!(error instanceof ClassifierTrainingError) || error.kind !== "data") throw error;
    outcomes.refused++;
  }
  outcomes.slowest = Math.max(outcomes.slowest, performance.now() - start);
}

describe("mutated files load or are refused with a typed error, within a second", () => {
  it.each([
    ["safetensors", (random: RandomStream) => pick(safetensors, random).bytes, parseSafetensors],
    ["PyTorch files", (random: RandomStream) => pick(pickles, random).bytes, parsePyTorch],
  ])(
    "%s",
    (family, seed, parse) => {
      const outcomes: Outcomes = { loaded: 0, refused: 0, slowest: 0 };
      for (let run = 0; run < RUNS; run++) {
        const random = new RandomStream(1, family, [run, 0]);
        check(mutate(seed(random), seed(random), random), parse, outcomes);
      }
      report(family, outcomes);
    },
    600_000,
  );

  it("pickles in sound archives", () => {
    const archives = pickles.map(unzip).filter((entries) => entries.length > 0);
    const outcomes: Outcomes = { loaded: 0, refused: 0, slowest: 0 };
    for (let run = 0; run < RUNS; run++) {
      const random = new RandomStream(1, "pickles", [run, 0]);
      const [entries, others] = [pick(archives, random), pick(archives, random)];
      const other = Buffer.from(others[0]!.bytes);
      const mutated = entries.map((entry) =>
        entry.name.endsWith("data.pkl")
          ? { ...entry, bytes: mutate(Buffer.from(entry.bytes), other, random) }
          : entry,
      );
      check(storedZip(mutated), parsePyTorch, outcomes);
    }
    report("pickles", outcomes);
  });

  function pick<T>(items: readonly T[], random: RandomStream): T {
    return items[random.integer(items.length)]!;
  }

  function report(family: string, { loaded, refused, slowest }: Outcomes): void {
    expect(loaded + refused).toBe(RUNS);
    // The mutations are worth something only if some are refused and some get through.
    expect(Math.min(loaded, refused)).toBeGreaterThan(RUNS / 100);
    expect(slowest).toBeLessThan(1000);
    if (process.env.FUZZ_RUNS !== undefined) {
      console.info(`${family}: ${loaded} loaded, ${refused} refused, slowest ${slowest.toFixed(1)} ms`);
    }
  }
});

it("an archive written for the test is itself sound", () => {
  const [entries] = pickles
    .map(unzip)
    .filter((found) => found.some(({ name }) => name === "dtypes.zip/data.pkl"));
  expect(parsePyTorch(storedZip(entries!)).tensors.size).toBe(10);
});
