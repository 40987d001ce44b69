import { expect, test } from "vitest";
import { checkpointName, isCheckpointName, isCheckpointTemplate } from "./checkpoint-name.ts";

const VALUES = {
  epoch: 7,
  step: 1234,
  "val/acc_top1": 0.70004,
  "val/loss": Number.NaN,
  "train/loss": 1.5e-7,
};

test.each([
  ["epoch={epoch:02d}-val_acc={val/acc_top1:.4f}", "epoch_07-val_acc_0.7000"],
  ["{epoch}-{step}", "epoch_7-step_1234"],
  ["{epoch:03d}-{val/loss:.2f}", "epoch_007-val_loss_NaN"],
  ["{train/loss:.1e}", "train_loss_1.5e-07"],
  ["../{epoch}\\a b:c*é", ".._epoch_7_a_b_c__"],
  ["best", "best"],
])("%s", (template, name) => {
  expect(checkpointName(template, VALUES, true)).toBe(name);
});

test("without names the values stand alone", () => {
  expect(checkpointName("e{epoch:02d}_{val/acc_top1:.2f}", VALUES, false)).toBe("e07_0.70");
});

test("a value that is not logged is refused, with the nearest that is", () => {
  expect(() => checkpointName("{val/acc_top2}", VALUES, true)).toThrowError(
    expect.objectContaining({ code: "CHECKPOINT_NAME", hint: 'did you mean "val/acc_top1"?' }),
  );
});

test("a name that would leave its folder is none", () => {
  expect(["epoch_01-step_2", "a.b+c"].every(isCheckpointName)).toBe(true);
  expect(["../last", "a/b", "a\\b", "", "C:x"].some(isCheckpointName)).toBe(false);
});

test("a format that is not understood is found beforehand", () => {
  expect(isCheckpointTemplate("{epoch:>10}")).toBe(false);
  expect(isCheckpointTemplate("a{epoch:02d}b{val/loss:.3f}{step}")).toBe(true);
});
