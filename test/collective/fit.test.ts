// A fit by several processes is the fit of one with batches that are as many times larger.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { localCollective } from "../../src/collective/index.ts";
import { onednnRuntime } from "../../src/runtime/onednn/index.ts";
import { referenceRuntime } from "../../src/runtime/reference/index.ts";
import { type Fitted, fitSmall, searchRate, VARIANTS } from "./fit-problem.ts";
import { noMpirun, runTogether } from "./mpirun.ts";

interface Printed {
  readonly fits: readonly (Fitted & {
    readonly runtime: string;
    readonly variant: string;
    readonly same: boolean;
  })[];
  readonly searched: readonly number[];
}

const TOLERANCE: Readonly<Record<string, number>> = { reference: 1e-12, onednn: 1e-6 };

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const largest = Math.max(...expected.map(Math.abs));
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(tolerance * largest);
}

describe.skipIf(noMpirun !== undefined)("a fit", () => {
  test.each([2, 4])("by %i processes", async (processes) => {
    const printed = runTogether(processes, join(import.meta.dirname, "fit-together.ts"));
    const { fits, searched } = JSON.parse(printed) as Printed;
    expectNear(searched, await searchRate(referenceRuntime, localCollective), 1e-12);
    expect(fits.length % VARIANTS.length).toBe(0);
    for (const { runtime, variant, same, ...fit } of fits) {
      const alone = await fitSmall(
        runtime === "reference" ? referenceRuntime : onednnRuntime,
        localCollective,
        VARIANTS.find(({ name }) => name === variant)!,
      );
      const tolerance = TOLERANCE[runtime]!;
      expect(same).toBe(true);
      expect(fit.samples).toBe(alone.samples);
      expectNear(fit.losses, alone.losses, tolerance);
      expectNear(fit.norms, alone.norms, tolerance);
      expectNear(fit.weights, alone.weights, tolerance);
      const { empty, ...metrics } = fit.metrics;
      if (variant !== "mixed" && processes === 4) expect(empty).toBeGreaterThan(0);
      for (const [name, value] of Object.entries(metrics))
        expect(Math.abs(value - alone.metrics[name]!), name).toBeLessThanOrEqual(10 * tolerance);
    }
  });
});
