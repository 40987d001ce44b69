// Processes started by mpirun train as one process does that has the whole of every batch.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { localCollective, openCollective } from "../../src/collective/index.ts";
import { cases } from "./cases.ts";
import { type Launcher, noMpich, noMpirun, runTogether } from "./mpirun.ts";
import { type Trained, trainTiny } from "./tiny-problem.ts";

const program = join(import.meta.dirname, "train-share.ts");

interface Printed {
  readonly size: number;
  readonly heard: string;
  readonly results: readonly (Trained &
    Readonly<Record<"same" | "overlapped", boolean>> & { readonly name: string })[];
}

function start(launcher: Launcher, processes: number): Printed {
  return JSON.parse(runTogether(processes, program, launcher)) as Printed;
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const largest = Math.max(...expected.map(Math.abs));
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(tolerance * largest);
}

const LAUNCHES: readonly (readonly [Launcher, number, string | undefined])[] = [
  ["mpirun", 2, noMpirun],
  ["mpirun", 4, noMpirun],
  ["mpiexec.hydra", 2, noMpich],
];
const launches = LAUNCHES.filter(([, , missing]) => missing === undefined);

describe.skipIf(launches.length === 0)("shares of a batch", () => {
  test.each(launches)("of %s -n %i give what one process gives", async (launcher, processes) => {
    const { size, heard, results } = start(launcher, processes);
    expect(size).toBe(processes);
    expect(heard).toBe("from 0");
    const all = await cases();
    expect(results.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
    for (const [i, { runtime, options, tolerance }] of all.entries()) {
      const { same, overlapped, losses, norms, weights } = results[i]!;
      const alone = await trainTiny(
        runtime,
        (engine) => ({
          accumulate: async (...step) => (await engine.accumulate(...step)).loss,
          reduce: async () => undefined,
        }),
        options,
      );
      expect(same).toBe(true);
      // Sums that are made during the backward pass have the bits of those that are made behind it.
      expect(overlapped).toBe(true);
      expectNear(losses, alone.losses, tolerance);
      expectNear(norms, alone.norms, tolerance);
      for (const [name, values] of Object.entries(alone.weights))
        expectNear(weights[name]!, values, tolerance);
    }
  });
});

describe("a process that was started alone", () => {
  test("has nobody to talk to, and loads no library", async () => {
    const collective = await openCollective("auto", { CLASSIFIER_TRAINING_MPI: "/nowhere/libmpi.so" });
    expect(collective).toBe(localCollective);
    const values = Float64Array.of(1.5, -2);
    await collective.allReduce(values);
    expect([...values]).toEqual([1.5, -2]);
  });

  test("that is told to use MPI says how to get it", async () => {
    const opened = openCollective("mpi", { CLASSIFIER_TRAINING_MPI: "/nowhere/libmpi.so" });
    await expect(opened).rejects.toMatchObject({
      code: "COLLECTIVE_UNAVAILABLE",
      hint: expect.stringContaining("libopenmpi3"),
    });
  });
});
