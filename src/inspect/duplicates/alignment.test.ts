import { expect, test } from "vitest";
import { RandomStream } from "../../core/index.ts";
import { align, mapOfFrames } from "./alignment.ts";

const SIDE = 64;
const random = new RandomStream(4, "alignment");
const waves = Array.from(
  { length: 30 },
  () => [random.uniform(-30, 30), random.uniform(-30, 30), random.uniform(0, 6)] as const,
);
/** A scene in shares of its sides. */
const scene = (x: number, y: number): number =>
  waves.reduce((sum, [u, v, p]) => sum + 8 * Math.sin(u * x + v * y + p), 128);
const picture = (of: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: SIDE ** 2 }, (_, i) =>
    of(((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE),
  );

const [scaleX, shiftX, scaleY, shiftY] = [0.91, 0.04, 0.95, 0.01];
const start = mapOfFrames(
  { left: 0.05, top: 0, right: 0.95, bottom: 0.95 },
  { left: 0, top: 0, right: 1, bottom: 1 },
);

test("finds scale and shift to a tenth of a pixel, whatever the brightness", () => {
  const cut = picture((x, y) => 0.9 * scene(scaleX * x + shiftX, scaleY * y + shiftY) + 20);
  const map = align(picture(scene), cut, SIDE, start, 20);
  for (const [found, wanted] of [
    [map.scaleX, scaleX],
    [map.shiftX, shiftX],
    [map.scaleY, scaleY],
    [map.shiftY, shiftY],
  ] as const)
    expect(Math.abs(found - wanted)).toBeLessThan(0.1 / SIDE);
});

test("something that only one picture shows does not draw it away", () => {
  const cut = picture((x, y) =>
    x > 0.3 && x < 0.6 && y > 0.5 && y < 0.7 ? 255 : scene(scaleX * x + shiftX, scaleY * y + shiftY),
  );
  const map = align(picture(scene), cut, SIDE, start, 20);
  expect(Math.abs(map.shiftX - shiftX)).toBeLessThan(0.5 / SIDE);
  expect(Math.abs(map.scaleY - scaleY)).toBeLessThan(0.5 / SIDE);
});

test("pictures without anything to hold on to end where they began", () => {
  const flat = new Float32Array(SIDE ** 2).fill(80);
  expect(align(flat, flat, SIDE, start, 20).scaleX).toBeCloseTo(start.scaleX, 3);
});
