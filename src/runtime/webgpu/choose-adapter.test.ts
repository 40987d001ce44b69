// Adapters by a part of their name.
import { expect, test } from "vitest";
import { chooseAdapter } from "./choose-adapter.ts";

const NAMES = ["NVIDIA GeForce RTX 4090", "Intel(R) UHD Graphics 770", "NVIDIA GeForce RTX 4090 Laptop GPU"];

test("a part of a name is enough where it is that of one", () => {
  expect(chooseAdapter("intel", NAMES)).toBe(NAMES[1]);
  expect(chooseAdapter("laptop", NAMES)).toBe(NAMES[2]);
});

test("a whole name is meant before those that contain it", () => {
  expect(chooseAdapter("nvidia geforce rtx 4090", NAMES)).toBe(NAMES[0]);
});

test("none and several are errors that say which there are", () => {
  expect(() => chooseAdapter("RTX", NAMES)).toThrow(
    expect.objectContaining({
      code: "RUNTIME_ADAPTER",
      where: "runtime.adapter",
      message: '"RTX" is several adapters: "NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090 Laptop GPU"',
    }),
  );
  expect(() => chooseAdapter("radeon", NAMES)).toThrow(
    expect.objectContaining({ message: expect.stringContaining('"Intel(R) UHD Graphics 770"') }),
  );
  expect(() => chooseAdapter("any", [])).toThrow('no adapter is called "any": there is none');
});
