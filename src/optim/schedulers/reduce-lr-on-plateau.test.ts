// ReduceLROnPlateau's lowest rates: one for all groups, or one for each.
import { expect, test } from "vitest";
import { ReduceLROnPlateau } from "./reduce-lr-on-plateau.ts";

test("each group has its own lowest rate", () => {
  const scheduler = new ReduceLROnPlateau({ minLr: [2e-3, 5e-2], patience: 0 });
  for (let i = 0; i < 9; i++) scheduler.observe(1);
  const rates = [0, 1].map((index) => scheduler.groupRate(0, { base: 0.1, scale: 1, index, count: 2 }));
  expect(rates).toEqual([2e-3, 5e-2]);
});

test("one lowest rate serves any number of groups, several only as many", () => {
  new ReduceLROnPlateau({ minLr: 1e-4 }).checkGroups([1, 6]);
  const scheduler = new ReduceLROnPlateau({ minLr: [1e-4, 1e-3] });
  scheduler.checkGroups([2]);
  expect(() => scheduler.checkGroups([3])).toThrow(
    expect.objectContaining({
      code: "SCHEDULER_MIN_LR",
      message: "min_lr has 2 rates, the optimizer has 3 parameter groups",
      hint: "give one for each group, or one for all",
    }),
  );
  expect(() => scheduler.checkGroups([2, 12])).toThrow(
    expect.objectContaining({
      message: "min_lr has 2 rates, the optimizer has 2, then 12 parameter groups",
      hint: "give one for all: groups come with what is unfrozen",
    }),
  );
});
