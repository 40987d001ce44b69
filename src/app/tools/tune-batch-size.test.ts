import { expect, test } from "vitest";
import { type BatchSizeMeasurement, type DoesNotFit, doesNotFit, tuneBatchSize } from "./tune-batch-size.ts";

/** 100 MB and 3 MB a picture; fastest at 16. */
function machine(tried: number[], killedFrom = Number.POSITIVE_INFINITY) {
  return async (batchSize: number): Promise<BatchSizeMeasurement | DoesNotFit> => {
    tried.push(batchSize);
    if (batchSize >= killedFrom) return {};
    return { batchSize, imagesPerSecond: 100 - Math.abs(batchSize - 16), memory: 100 + 3 * batchSize };
  };
}

test("doubles while it fits; what cannot fit is not tried", async () => {
  const tried: number[] = [];
  const result = await tuneBatchSize({ measure: machine(tried), memoryLimit: 400 });
  expect(tried).toEqual([2, 4, 8, 16, 32, 64]);
  expect(result).toMatchObject({ largest: 64, fastest: 16 });
});

test("halves the gap to what does not fit", async () => {
  const tried: number[] = [];
  const result = await tuneBatchSize({ measure: machine(tried, 90), mode: "binsearch", memoryLimit: 1e6 });
  expect(tried).toEqual([2, 4, 8, 16, 32, 64, 128, 96, 80, 88]);
  expect(result.largest).toBe(88);
});

test("ends at the largest that is allowed, and where nothing fits", async () => {
  const tried: number[] = [];
  expect(await tuneBatchSize({ measure: machine(tried), most: 20, memoryLimit: 1e6 })).toMatchObject({
    largest: 20,
    fastest: 16,
  });
  const nothing = await tuneBatchSize({ measure: machine([], 1), memoryLimit: 1e6 });
  expect(nothing).toEqual({ measured: [], largest: undefined, fastest: undefined });
});

test("where the first does not fit, goes on with the size that the runtime names", async () => {
  const tried: number[] = [];
  // Of a graphics card that has memory for 24 pictures.
  const card = machine([]);
  const measure = async (batchSize: number): Promise<BatchSizeMeasurement | DoesNotFit> => {
    tried.push(batchSize);
    return batchSize <= 24 ? card(batchSize) : { wouldFit: batchSize >= 128 ? 32 : 16 };
  };
  const request = { measure, initial: 128, memoryLimit: 1e6 };
  expect(await tuneBatchSize(request)).toMatchObject({ largest: 16, fastest: 16 });
  expect(tried).toEqual([128, 32, 16]);
  expect(await tuneBatchSize({ ...request, mode: "binsearch" })).toMatchObject({ largest: 24 });
});

test("an error line names the size that would fit", () => {
  const line = "error: a card has no memory for x; data.batch_size=24 would fit; more [RUNTIME_MEMORY]";
  expect(doesNotFit(line)).toEqual({ wouldFit: 24 });
  expect(doesNotFit("error: killed")).toEqual({});
});
