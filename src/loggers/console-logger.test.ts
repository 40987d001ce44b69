import { expect, test } from "vitest";
import type { LogRow } from "../train/index.ts";
import { ConsoleLogger } from "./index.ts";

test("a line per epoch, classes left out; steps when asked for", () => {
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text) };
  const metrics = { "val/loss": 1.23456, lr: 0.000012, "val/acc_class_cat": 1, bad: Number.NaN };
  const rows: LogRow[] = [
    { kind: "step", epoch: 0, step: 1, metrics: { "train/loss_step": 1 } },
    { kind: "epoch", epoch: 3, step: 120, metrics },
    { kind: "test", epoch: 4, step: 120, metrics: { "test/loss": 1000.04 } },
  ];
  for (const row of rows) new ConsoleLogger({ output }).log(row);
  new ConsoleLogger({ output, steps: true }).log(rows[0]!);
  expect(lines).toEqual([
    "epoch 3  step 120  val/loss 1.235  lr 1.2e-5  bad NaN\n",
    "test epoch 4  step 120  test/loss 1000\n",
    "epoch 0  step 1  train/loss_step 1\n",
  ]);
});
