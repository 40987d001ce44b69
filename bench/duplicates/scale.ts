// Measures time and memory of proposing pairs among very many pictures, made up so that nothing must be read.
import { RandomStream } from "../../src/core/index.ts";
import { Candidates } from "../../src/inspect/duplicates/candidates.ts";
import { comparedPicture } from "../../src/inspect/duplicates/picture-square.ts";
import { resize } from "../../src/transforms/index.ts";

export interface ScaleResult {
  readonly pictures: number;
  readonly hashSeconds: number;
  readonly searchSeconds: number;
  readonly proposed: number;
  /** Of the mirrored pictures among them, those whose pair was proposed. */
  readonly planted: number;
  readonly found: number;
  readonly peakMegabytes: number;
}

/** Every hundredth picture is the mirror image of the one before. */
const PLANTED_EVERY = 100;
const COARSE = 9;

export function measureScale(count: number): ScaleResult {
  const candidates = new Candidates(count);
  const begin = performance.now();
  let coarse = new Uint8Array(0);
  let planted = 0;
  for (let i = 0; i < count; i++) {
    if (i % PLANTED_EVERY === 1) {
      coarse = mirrored(coarse);
      planted++;
    } else {
      const random = new RandomStream(1, "scale", [i, 0]);
      coarse = Uint8Array.from({ length: COARSE * COARSE * 3 }, () => random.integer(256));
    }
    candidates.add(
      comparedPicture(resize({ width: COARSE, height: COARSE, data: coarse }, 64, 64, "bicubic")),
    );
  }
  const hashed = performance.now();
  let [proposed, found] = [0, 0];
  for (const { first, second } of candidates.pairs()) {
    proposed++;
    if (Math.abs(first - second) === 1 && Math.max(first, second) % PLANTED_EVERY === 1) found++;
  }
  return {
    pictures: count,
    hashSeconds: Math.round((hashed - begin) / 1000),
    searchSeconds: Math.round((performance.now() - hashed) / 1000),
    proposed,
    planted,
    found,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function mirrored(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(rgb.length);
  for (let y = 0; y < COARSE; y++)
    for (let x = 0; x < COARSE; x++)
      for (let c = 0; c < 3; c++)
        result[(y * COARSE + x) * 3 + c] = rgb[(y * COARSE + COARSE - 1 - x) * 3 + c]!;
  return result;
}
