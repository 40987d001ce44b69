import { expect, test } from "vitest";
import { singleRun } from "./sweep.ts";

const request = (...words: string[]) => ({ overrides: ["data.root=photos", "hydra.run.dir=run", ...words] });

test("without --multirun a command line is one run, unless hydra.mode says otherwise", async () => {
  const run = await singleRun(request("seed=1"));
  expect(run?.folder.path).toMatch(/run$/);
  expect(await singleRun(request("hydra.mode=MULTIRUN"))).toBeUndefined();
  expect(await singleRun(request("hydra.mode=MULTIRUN", "seed=1,2"))).toBeUndefined();
  for (const words of [["seed=1,2"], ["seed=1,2", "hydra.mode=RUN"]])
    await expect(singleRun(request(...words))).rejects.toMatchObject({ code: "CONFIG_SWEEP" });
});
