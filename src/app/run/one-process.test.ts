import { expect, test } from "vitest";
import { assertOneProcess } from "./one-process.ts";

test.each([
  {},
  { OMPI_COMM_WORLD_SIZE: "1" },
  { SLURM_STEP_NUM_TASKS: "4" },
  { PMIX_RANK: "0", SLURM_STEP_NUM_TASKS: "1" },
])("a run may be the only process of %o", (environment) => {
  expect(() => assertOneProcess(environment)).not.toThrow();
});

test.each([{ OMPI_COMM_WORLD_SIZE: "2" }, { PMI_SIZE: "2" }, { PMIX_RANK: "1", SLURM_STEP_NUM_TASKS: "2" }])(
  "a run is not started by one of several, as %o says",
  (environment) => {
    expect(() => assertOneProcess(environment)).toThrow("2 processes were started together");
  },
);
