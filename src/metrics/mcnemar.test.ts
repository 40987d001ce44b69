import { expect, test } from "vitest";
import { mcnemarTest } from "./mcnemar.ts";

test("McNemar's test, against scipy's binomtest and chi2", () => {
  const ratings = mcnemarTest(150, 86);
  expect(ratings.method).toBe("chi-squared");
  expect(mcnemarTest(86, 150)).toEqual(ratings);
  expect(ratings.statistic).toBeCloseTo(63 ** 2 / 236, 12);
  expect(ratings.p).toBeCloseTo(4.114562281345944e-5, 12);
  expect(mcnemarTest(2, 10)).toEqual({ p: 158 / 4096, statistic: undefined, method: "exact" });
  expect(mcnemarTest(8, 16).p).toBeCloseTo(0.15158963203430176, 12);
  expect(mcnemarTest(0, 0).p).toBe(1);
  expect(mcnemarTest(5, 5).p).toBe(1);
  expect(mcnemarTest(0, 24).p).toBeCloseTo(2 * 0.5 ** 24, 20);
  expect(mcnemarTest(13, 13).p).toBe(1);
  expect(mcnemarTest(8, 17).p).toBeCloseTo(0.10959858339911568, 12);
});
