import { expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { WHOLE } from "./frame.ts";
import { bitCount } from "./hash-index.ts";
import { ORIENTATIONS, orient, orientFrame } from "./orientation.ts";
import { FRAMES, HASH_SIDE, Hasher, orientHash, type PerceptualHash } from "./perceptual-hash.ts";

const random = new RandomStream(3, "hash");
/** Smooth, so that a shift of a pixel changes little. */
const grey = (() => {
  const waves = Array.from(
    { length: 12 },
    () => [random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2), random.uniform(0, 6)] as const,
  );
  return Float32Array.from({ length: HASH_SIDE ** 2 }, (_, i) =>
    waves.reduce(
      (sum, [u, v, p]) => sum + 20 * Math.sin(u * (i % HASH_SIDE) + v * Math.floor(i / HASH_SIDE) + p),
      128,
    ),
  );
})();
const distance = (a: PerceptualHash, b: PerceptualHash): number =>
  bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);

test("the hash of a picture laid another way is that of its hash laid the same way", () => {
  const hash = new Hasher(grey).hash(WHOLE);
  for (const orientation of ORIENTATIONS) {
    const laid = new Hasher(orient(grey, HASH_SIDE, 1, orientation)).hash(WHOLE);
    expect(distance(laid, orientHash(hash, orientation)), `orientation ${orientation}`).toBeLessThanOrEqual(
      1,
    );
    if (orientation > 0) expect(distance(laid, hash)).toBeGreaterThan(10);
  }
});

test("the hash of a frame is that of the picture cut to it", () => {
  const frame = FRAMES.find(
    ({ left, top, right, bottom }) => left === 0 && top === 0.1 && right === 0.9 && bottom === 1,
  )!;
  const cut = Float32Array.from({ length: HASH_SIDE ** 2 }, (_, i) => {
    const x = Math.min(HASH_SIDE - 1, Math.round(((i % HASH_SIDE) + 0.5) * 0.9 - 0.5));
    const y = Math.min(HASH_SIDE - 1, Math.round((Math.floor(i / HASH_SIDE) + 0.5) * 0.9 + 6.4 - 0.5));
    return grey[y * HASH_SIDE + x]!;
  });
  expect(distance(new Hasher(grey).hash(frame), new Hasher(cut).hash(WHOLE))).toBeLessThanOrEqual(4);
});

test("brightness and contrast change no bit", () => {
  const changed = grey.map((level) => 0.8 * level + 17);
  expect(distance(new Hasher(grey).hash(WHOLE), new Hasher(changed).hash(WHOLE))).toBeLessThanOrEqual(1);
});

test("a frame moves as its pixels do", () => {
  const frame = { left: 0.25, top: 0.5, right: 0.5, bottom: 0.75 };
  const marked = new Float32Array(16).fill(0);
  marked[2 * 4 + 1] = 1;
  for (const orientation of ORIENTATIONS) {
    const { left, top } = orientFrame(frame, orientation);
    expect(orient(marked, 4, 1, orientation)[top * 4 * 4 + left * 4], `orientation ${orientation}`).toBe(1);
  }
});
