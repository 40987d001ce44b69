// Sample pictures: the same for the same seed and name, and with numbers that can be read.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { Canvas } from "./canvas.ts";
import { contrast, drawKit } from "./kit.ts";
import { drawJersey } from "./picture.ts";

const bytes = (number: string, seed: number, name: string): Uint8ClampedArray =>
  drawJersey(number, 48, seed, name).canvas.toBytes();

describe("a picture", () => {
  test("belongs to seed and name, whatever was drawn before", () => {
    const first = bytes("7", 42, "train/7/0000.jpg");
    bytes("4", 1, "val/4/0003.jpg");
    expect(bytes("7", 42, "train/7/0000.jpg")).toEqual(first);
    expect(bytes("7", 43, "train/7/0000.jpg")).not.toEqual(first);
    expect(bytes("7", 42, "train/7/0001.jpg")).not.toEqual(first);
  });

  test("is the same as ever: golden pixels of seed 42", () => {
    const hash = createHash("sha256");
    for (const number of ["7", "23", "0", "48"]) {
      for (let i = 0; i < 10; i++) hash.update(bytes(number, 42, `train/${number}/${i}.jpg`));
    }
    expect(hash.digest("hex")).toBe("2d138134858522bb0c5adbbcddbb10d630a1175e64b4ae7c46c357d94a781b1e");
  });

  test("shows the number: with another one it differs in the middle, not at the edge", () => {
    const size = 48;
    const differences = Array.from({ length: 8 }, (_, i) => {
      const [one, eight] = ["1", "8"].map((number) => bytes(number, 5, `train/${i}.jpg`));
      return (from: number, to: number): number => {
        let sum = 0;
        for (let y = from; y < to; y++) {
          for (let x = from * 3; x < to * 3; x++)
            sum += Math.abs(one![y * size * 3 + x]! - eight![y * size * 3 + x]!);
        }
        return sum / ((to - from) ** 2 * 3);
      };
    });
    for (const difference of differences) {
      expect(difference(14, 34)).toBeGreaterThan(5);
      expect(difference(0, 8)).toBeLessThan(1);
    }
  });

  test("uses the range of brightness without being black, white or flat", () => {
    for (let i = 0; i < 20; i++) {
      const picture = bytes("3", 9, `test/3/${i}.jpg`);
      const mean = picture.reduce((sum, value) => sum + value, 0) / picture.length;
      const deviation = Math.sqrt(
        picture.reduce((sum, value) => sum + (value - mean) ** 2, 0) / picture.length,
      );
      expect(mean).toBeGreaterThan(30);
      expect(mean).toBeLessThan(225);
      expect(deviation).toBeGreaterThan(15);
    }
  });
});

test("a kit's number stands out from what is under it, or its border does", () => {
  for (let i = 0; i < 2000; i++) {
    const kit = drawKit(new RandomStream(3, "kit", [i, 0]));
    expect(contrast(kit.number, kit.shirt)).toBeGreaterThan(50);
    if (!["plain", "side panels", "yoke"].includes(kit.pattern)) {
      expect(contrast(kit.number, kit.second)).toBeGreaterThan(50);
    }
    if (contrast(kit.number, kit.shirt) < 90) expect(kit.borderWidth).toBeGreaterThan(0);
    if (kit.borderWidth > 0) expect(contrast(kit.number, kit.border)).toBeGreaterThan(45);
  }
});

describe("the canvas", () => {
  const flat = (size: number, value: number): Canvas => {
    const canvas = new Canvas(size);
    canvas.fill(() => [value, value, value]);
    return canvas;
  };
  const mean = (canvas: Canvas): number =>
    canvas.pixels.reduce((sum, value) => sum + value, 0) / canvas.pixels.length;

  test("blur keeps a flat picture and spreads a dot by its deviation", () => {
    const grey = flat(16, 90);
    grey.blur(2, 1);
    expect(Math.min(...grey.pixels)).toBeCloseTo(90, 3);
    const dot = new Canvas(33);
    dot.pixels.fill(1000, 3 * (16 * 33 + 16), 3 * (16 * 33 + 17));
    dot.blur(3, 0);
    let spread = 0;
    for (let x = 0; x < 33; x++) spread += (x - 16) ** 2 * (dot.pixels[3 * (16 * 33 + x)]! / 1000);
    expect(Math.sqrt(spread)).toBeGreaterThan(2.4);
    expect(Math.sqrt(spread)).toBeLessThan(3.1);
    expect(mean(dot) * 33 * 33).toBeCloseTo(1000, 1);
  });

  test("noise has no bias and the deviation asked for", () => {
    const canvas = flat(64, 100);
    canvas.addNoise(new RandomStream(1, "noise"), 8);
    const greens = canvas.pixels.filter((_, i) => i % 3 === 1);
    const average = greens.reduce((sum, value) => sum + value, 0) / greens.length;
    const deviation = Math.sqrt(
      greens.reduce((sum, value) => sum + (value - average) ** 2, 0) / greens.length,
    );
    expect(average).toBeCloseTo(100, 0);
    expect(deviation).toBeCloseTo(8, 0);
  });

  test("shading follows its function, under the mask only", () => {
    const canvas = flat(40, 100);
    const rightHalf = Float32Array.from({ length: 1600 }, (_, i) => (i % 40 < 20 ? 0 : 1));
    canvas.shade((x) => 1 - x, rightHalf);
    expect(canvas.pixels[0]).toBe(100);
    expect(canvas.pixels[3 * 30]).toBeCloseTo(100 * (1 - 30.5 / 40), 3);
  });
});
