// Strokes, corners and coverage, held against areas known from geometry.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverage, intersect, union } from "./mask.ts";
import { centreLine, ellipse, type Point, type Polygon, stroke, styleCorners, subdivide } from "./outline.ts";

const SIZE = 60;
const area = (mask: Float32Array): number => mask.reduce((sum, share) => sum + share, 0) / SIZE ** 2;
const covered = (polygons: readonly Polygon[]): number => area(coverage(polygons, SIZE));
const square: Point[] = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.8, 0.8],
  [0.2, 0.8],
];

describe("coverage", () => {
  test("of an axis-aligned box is its area, also between pixels", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.6, noNaN: true }),
        fc.double({ min: 0.01, max: 0.4, noNaN: true }),
        (left, width) => {
          const box: Polygon = [
            [left, 0.1],
            [left + width, 0.1],
            [left + width, 0.6],
            [left, 0.6],
          ];
          expect(covered([box])).toBeCloseTo(width * 0.5, 5);
        },
      ),
    );
  });

  test("of a disc is near pi r^2, and what lies outside the picture is cut off", () => {
    expect(covered([ellipse([0.5, 0.5], 0.3, 0.3, 90)])).toBeCloseTo(Math.PI * 0.09, 2);
    expect(covered([ellipse([0, 0.5], 0.3, 0.3, 90)])).toBeCloseTo((Math.PI * 0.09) / 2, 2);
    expect(covered([ellipse([3, 3], 0.3, 0.3)])).toBe(0);
  });

  test("overlapping polygons count once; a polygon wound against another cuts a hole", () => {
    const inner: Point[] = square.map(([x, y]): Point => [0.5 + (x - 0.5) / 2, 0.5 + (y - 0.5) / 2]);
    expect(covered([square, inner])).toBeCloseTo(0.36, 4);
    expect(covered([square, inner.toReversed()])).toBeCloseTo(0.36 - 0.09, 4);
  });

  test("intersect and union of masks", () => {
    const left = coverage(
      [
        [
          [0, 0],
          [0.5, 0],
          [0.5, 1],
          [0, 1],
        ],
      ],
      SIZE,
    );
    const top = coverage(
      [
        [
          [0, 0],
          [1, 0],
          [1, 0.5],
          [0, 0.5],
        ],
      ],
      SIZE,
    );
    expect(area(intersect(left, top))).toBeCloseTo(0.25, 4);
    expect(area(union([left, top]))).toBeCloseTo(0.75, 4);
  });
});

describe("stroke", () => {
  test("of a line is width times length plus its caps", () => {
    expect(
      covered(
        stroke(
          [
            [0.2, 0.5],
            [0.8, 0.5],
          ],
          false,
          0.1,
        ),
      ),
    ).toBeCloseTo(0.06, 4);
    expect(
      covered(
        stroke(
          [
            [0.2, 0.5],
            [0.8, 0.5],
          ],
          false,
          0.1,
          0.05,
          0.1,
        ),
      ),
    ).toBeCloseTo(0.075, 4);
  });

  test("of a closed square has mitred corners outside and square ones inside", () => {
    expect(covered(stroke(square, true, 0.1))).toBeCloseTo(0.7 ** 2 - 0.5 ** 2, 3);
  });

  test("does not depend on the direction of the line", () => {
    const line: Point[] = [
      [0.2, 0.3],
      [0.7, 0.2],
      [0.6, 0.8],
      [0.3, 0.6],
    ];
    expect(covered(stroke(line, false, 0.08))).toBeCloseTo(
      covered(stroke(line.toReversed(), false, 0.08)),
      5,
    );
  });

  test("a hairpin is bevelled, not a spike", () => {
    const tip = stroke(
      [
        [0.2, 0.5],
        [0.8, 0.5],
        [0.2, 0.52],
      ],
      false,
      0.1,
    ).flat();
    expect(Math.max(...tip.map(([x]) => x))).toBeLessThan(0.86);
  });
});

describe("corners", () => {
  const filled = (radius: number, style: "round" | "chamfer"): number =>
    covered([styleCorners({ points: square, closed: true }, radius, style)]);

  test("chamfering cuts a triangle, rounding a little less", () => {
    expect(filled(0, "round")).toBeCloseTo(0.36, 4);
    expect(filled(0.2, "chamfer")).toBeCloseTo(0.36 - 4 * 0.5 * 0.04, 3);
    expect(filled(0.2, "round")).toBeCloseTo(0.36 - (4 - Math.PI) * 0.04, 2);
  });

  test("the radius is at most half a side, so a square becomes a disc", () => {
    const sixteenCorners = 8 * Math.sin(Math.PI / 8) * 0.09;
    expect(filled(9, "round")).toBeCloseTo(sixteenCorners, 3);
  });

  test("ends of open lines and corners marked sharp stay where they are", () => {
    expect(styleCorners(centreLine("0,0 1,0! 1,1"), 0.3, "round")).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
    ]);
  });
});

test("subdividing keeps the outline and bounds the edges", () => {
  const fine = subdivide(square, 0.07);
  expect(covered([fine])).toBeCloseTo(0.36, 4);
  fine.forEach(([x, y], i) => {
    const [nextX, nextY] = fine[(i + 1) % fine.length]!;
    expect(Math.hypot(nextX - x, nextY - y)).toBeLessThanOrEqual(0.07 + 1e-9);
  });
});
