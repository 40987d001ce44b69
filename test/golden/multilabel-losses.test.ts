// Losses of several labels and their gradients by the logits against torch, labels that are not known among them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { type HostTensor, toNumbers } from "../../src/core/index.ts";
import { createProgram, Graph, input } from "../../src/graph/index.ts";
import type { Session } from "../../src/runtime/contract.ts";
import { type LossName, taskOf } from "../../src/tasks/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill, widened } from "./formula.ts";
import { expectNear, FLOAT32_EPSILON, FLOAT64_TOLERANCE, largest } from "./measure.ts";
import { readGolden } from "./read-golden.ts";

interface LossCase {
  readonly name: string;
  readonly loss: LossName;
  readonly gamma_positive?: number;
  readonly gamma_negative?: number;
  readonly clip?: number;
  readonly alpha?: number | null;
  readonly gamma?: number;
  readonly unknown: number;
  readonly smoothing: number;
  readonly weights: boolean;
  readonly soft: boolean;
  readonly scale: number;
  readonly value: number;
  readonly grad: readonly number[];
}

const { shape, cases } = readGolden<{
  readonly shape: readonly number[];
  readonly cases: readonly LossCase[];
}>("losses/multilabel.json");
const task = taskOf("multi_label");

/** The data of a case, as the script beside the values makes it. */
function dataOf({
  name,
  unknown,
  soft,
  scale,
}: LossCase): Record<"logits" | "labels", HostTensor<"float64">> {
  const logits = widened(fill(`${name}.logits`, shape, -3, 3));
  const known = fill(`${name}.known`, shape, 0, 1).data;
  const drawn = widened(fill(`${name}.labels`, shape, 0, 1));
  const label = (x: number): number => (soft ? x : Number(x > 0.6));
  return {
    logits: { ...logits, data: logits.data.map((x) => x * scale) },
    labels: { ...drawn, data: drawn.data.map((x, i) => (known[i]! < unknown ? -1 : label(x))) },
  };
}

describe.each(await findRuntimes())("on $name", ({ runtime, available }) => {
  let session: Session;
  beforeAll(async () => {
    if (available) session = await runtime.open({ storages: [] });
  });
  afterAll(() => session?.dispose());

  test.skipIf(!available).each(cases)("$name", async (one) => {
    const graph = new Graph();
    const logits = input(graph, "logits", "float32", shape);
    const value = task.loss(logits, input(graph, "labels", "float32", shape), {
      lossName: one.loss,
      labelSmoothing: one.smoothing,
      ignoreIndex: -100,
      focalAlpha: one.alpha ?? null,
      focalGamma: one.gamma ?? 2,
      asymmetricGammaPositive: one.gamma_positive ?? 1,
      asymmetricGammaNegative: one.gamma_negative ?? 4,
      asymmetricClip: one.clip ?? 0.05,
      ...(one.weights ? { classWeights: fill(`${one.name}.weights`, shape.slice(1), 0.5, 3).data } : {}),
    });
    const [slope] = gradients(value, [logits]);
    const program = createProgram({ name: one.name, outputs: { value, slope: slope! } });
    const executable = await session.compile(program);
    const given = dataOf(one);
    const results = await executable.run(given);
    await executable.dispose();

    const exact = runtime.name === "reference";
    const relative = exact ? FLOAT64_TOLERANCE : 64 * FLOAT32_EPSILON;
    expectNear(toNumbers(results.value!.data), [one.value], relative * Math.max(1, one.value), "value");
    const slopes = toNumbers(results.slope!.data);
    expectNear(slopes, [...one.grad], relative * Math.max(largest([...one.grad]), 1e-3), "gradient");
    if (one.unknown < 1) return;
    expect([Number(results.value!.data[0]), ...slopes].every((x) => x === 0)).toBe(true);
  });
});
