import { expect, test } from "vitest";
import { storageOf, wholeStorage } from "./storage.ts";

test("members lie one behind another in the order given", () => {
  const storage = storageOf("parameters", [
    { name: "conv.weight", dtype: "float32", shape: [4, 3, 3, 3] },
    { name: "scale", dtype: "float32", shape: [] },
    { name: "bias", dtype: "float32", shape: [4] },
  ]);
  expect(storage).toMatchObject({ name: "parameters", dtype: "float32", size: 113 });
  expect(storage.members.map(({ name, offset }) => [name, offset])).toEqual([
    ["conv.weight", 0],
    ["scale", 108],
    ["bias", 109],
  ]);
  expect(new Set(storage.members.map((member) => member.storage))).toEqual(new Set(["parameters"]));
});

test("the whole is a vector from offset 0", () => {
  const storage = storageOf("counters", [
    { name: "a", dtype: "int64", shape: [] },
    { name: "b", dtype: "int64", shape: [] },
  ]);
  expect(wholeStorage(storage)).toEqual({
    name: "counters",
    dtype: "int64",
    shape: [2],
    storage: "counters",
    offset: 0,
  });
});

test("of nothing is empty", () => {
  expect(storageOf("none", [])).toEqual({ name: "none", dtype: "float32", size: 0, members: [] });
});

test("refuses two dtypes", () => {
  const mixed = () =>
    storageOf("mixed", [
      { name: "a", dtype: "float32", shape: [1] },
      { name: "b", dtype: "int64", shape: [1] },
    ]);
  expect(mixed).toThrow(
    expect.objectContaining({
      code: "STORAGE_DTYPE",
      message: "storage mixed holds float32, variable b is int64",
    }),
  );
});
