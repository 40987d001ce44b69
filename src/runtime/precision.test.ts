// What is said where a runtime lacks a precision: which to use instead.
import { expect, test } from "vitest";
import type { Precision } from "./contract.ts";
import { onnxRuntime } from "./onnxruntime/index.ts";
import { precisionError } from "./precision.ts";
import { referenceRuntime } from "./reference/index.ts";

test.each<[Precision, Precision[], RegExp]>([
  [
    "16-mixed",
    ["32-true", "bf16-mixed"],
    /^use trainer\.precision=bf16-mixed or trainer\.precision=32-true;/,
  ],
  ["16-mixed", ["32-true"], /^use trainer\.precision=32-true;/],
  ["bf16-mixed", ["32-true", "16-mixed"], /^use trainer\.precision=16-mixed or trainer\.precision=32-true;/],
])("%s where there is %s", (precision, offered, hint) => {
  expect(precisionError("runtime onednn", precision, offered)).toMatchObject({
    kind: "usage",
    code: "RUNTIME_PRECISION",
    where: "trainer.precision",
    message: expect.stringContaining(`${precision} is not offered by runtime onednn`),
    hint: expect.stringMatching(hint),
  });
});

test.each([referenceRuntime, onnxRuntime])(
  "16-mixed is refused by runtime $name, not replaced",
  async (runtime) => {
    await expect(runtime.open({ storages: [], precision: "16-mixed" })).rejects.toMatchObject({
      code: "RUNTIME_PRECISION",
      hint: expect.stringContaining("trainer.precision=32-true"),
    });
  },
);
