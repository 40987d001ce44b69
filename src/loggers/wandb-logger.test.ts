import { expect, test } from "vitest";
import { WandbLogger } from "./wandb-logger.ts";

test("a missing SDK is said when the configuration is built, not after an hour of training", () => {
  expect(() => new WandbLogger()).toThrowError(
    expect.objectContaining({
      kind: "usage",
      code: "WANDB_MISSING",
      hint: expect.stringContaining("npm install"),
    }),
  );
});
