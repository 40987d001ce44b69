// Every digit in every typeface: in its box, readable, and unlike every other digit.
import { describe, expect, test } from "vitest";
import { DIGITS, numberOutlines, TYPEFACES, type Typeface } from "./digits.ts";
import { coverage, type Mask } from "./mask.ts";
import type { Point } from "./outline.ts";

const SIZE = 48;

function draw(text: string, typeface: Typeface, grow = 0): Mask {
  const { polygons } = numberOutlines(text, typeface, grow);
  return coverage(
    polygons.map((polygon) => polygon.map(([x, y]): Point => [0.5 + 0.8 * x, 0.5 + 0.8 * y])),
    SIZE,
  );
}

const area = (mask: Mask): number => mask.reduce((sum, share) => sum + share, 0);

describe.each(TYPEFACES)("$name", (typeface) => {
  test.each(DIGITS)("%s fills its height and stays in its box", (digit) => {
    const { polygons, width } = numberOutlines(digit, typeface);
    const points = polygons.flat();
    const ys = points.map(([, y]) => y);
    const upright = points.map(([x, y]) => x + y * typeface.slant);
    expect(Math.min(...ys)).toBeCloseTo(-0.5, 1);
    expect(Math.max(...ys)).toBeCloseTo(0.5, 1);
    expect(Math.min(...upright)).toBeGreaterThan(-width / 2 - 0.05);
    expect(Math.max(...upright)).toBeLessThan(width / 2 + 0.05);
  });

  test("no two digits look alike", () => {
    const masks = DIGITS.map((digit) => draw(digit, typeface));
    for (let a = 0; a < masks.length; a++) {
      for (let b = a + 1; b < masks.length; b++) {
        const difference = area(masks[a]!.map((share, i) => Math.abs(share - masks[b]![i]!)));
        expect(difference / area(masks[a]!), `${a} and ${b}`).toBeGreaterThan(0.08);
      }
    }
  });

  test("a border surrounds the number on all sides", () => {
    const inner = draw("8", typeface);
    const outer = draw("8", typeface, 0.04);
    expect(inner.every((share, i) => outer[i]! >= share - 1e-5)).toBe(true);
    expect(area(outer)).toBeGreaterThan(1.15 * area(inner));
  });
});

test("digits stand side by side without touching", () => {
  for (const typeface of TYPEFACES) {
    const { width } = numberOutlines("23", typeface);
    expect(width).toBeGreaterThan(
      numberOutlines("2", typeface).width + numberOutlines("3", typeface).width + 0.05,
    );
  }
});
