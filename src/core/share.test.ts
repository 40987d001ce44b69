// Shares of a batch: all of it, once, in order, and never a single sample where there are more.
import fc from "fast-check";
import { expect, test } from "vitest";
import { shareOf } from "./share.ts";

test("full batches are dealt out evenly", () => {
  expect([0, 1, 2].map((rank) => shareOf(12, { rank, size: 3 }))).toEqual([
    [0, 4],
    [4, 8],
    [8, 12],
  ]);
});

test("of a short batch the last processes get nothing rather than one sample", () => {
  expect([0, 1, 2, 3].map((rank) => shareOf(5, { rank, size: 4 }))).toEqual([
    [0, 2],
    [2, 5],
    [5, 5],
    [5, 5],
  ]);
  expect([0, 1].map((rank) => shareOf(1, { rank, size: 2 }))).toEqual([
    [0, 1],
    [1, 1],
  ]);
});

test("shares are the whole batch, each sample once", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 64 }), (samples, size) => {
      let next = 0;
      for (let rank = 0; rank < size; rank++) {
        const [from, to] = shareOf(samples, { rank, size });
        expect(from).toBe(next);
        if (samples > 1) expect(to - from).not.toBe(1);
        next = to;
      }
      expect(next).toBe(samples);
    }),
  );
});
