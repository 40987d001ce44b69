import { describe, expect, test } from "vitest";
import { fill } from "../../test/golden/formula.ts";
import { gradients } from "../autodiff/index.ts";
import { float32, hostTensor, toNumbers } from "../core/index.ts";
import { constant, createProgram, Graph, input, type Value } from "../graph/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { binaryCrossEntropyWithLogits, crossEntropy, focalLoss, type Reduction } from "./losses.ts";
import { oneVsRestTargets, sigmoidFocalLoss } from "./one-vs-rest.ts";

const CLASSES = 4;
const LOGITS = Array.from(fill("ignore.logits", [6, CLASSES], -3, 3).data, Number);

interface Options {
  readonly labelSmoothing: number;
  readonly reduction: Reduction;
  readonly weighted: boolean;
  readonly ignoreIndex?: number;
}

type Loss = (logits: Value, labels: Value, options: Options) => Value;

const weightOf = (logits: Value, { weighted }: Options): { weight?: Value } =>
  weighted ? { weight: constant(logits.node.graph, float32([CLASSES], [0.5, 2, 1.5, 0.7])) } : {};

const oneVsRest =
  (loss: typeof sigmoidFocalLoss): Loss =>
  (logits, labels, options) => {
    const { targets, mask } = oneVsRestTargets(labels, CLASSES, options);
    return loss(logits, targets, { reduction: options.reduction, mask, ...weightOf(logits, options) });
  };

const LOSSES: Readonly<Record<string, Loss>> = {
  crossEntropy: (logits, labels, options) =>
    crossEntropy(logits, labels, { ...options, ...weightOf(logits, options) }),
  focalLoss: (logits, labels, options) =>
    focalLoss(logits, labels, { ...options, ...weightOf(logits, options) }),
  binaryCrossEntropyWithLogits: oneVsRest(binaryCrossEntropyWithLogits),
  sigmoidFocalLoss: oneVsRest(sigmoidFocalLoss),
};

/** Loss and gradient by the logits. */
async function at(
  loss: Loss,
  logits: readonly number[],
  labels: readonly number[],
  options: Options,
): Promise<{ value: number[]; slope: number[] }> {
  const session = await referenceRuntime.open({ storages: [] });
  const graph = new Graph();
  const rows = labels.length;
  const x = input(graph, "logits", "float32", [rows, CLASSES]);
  const value = loss(x, input(graph, "labels", "int64", [rows]), options);
  const slope = value.shape.length === 0 ? gradients(value, [x])[0]! : x;
  const executable = await session.compile(createProgram({ name: "loss", outputs: { value, slope } }));
  const results = await executable.run({
    logits: hostTensor("float64", [rows, CLASSES], Float64Array.from(logits)),
    labels: hostTensor("int64", [rows], BigInt64Array.from(labels, BigInt)),
  });
  await session.dispose();
  return { value: toNumbers(results.value!.data), slope: toNumbers(results.slope!.data) };
}

describe.each(Object.entries(LOSSES))("%s", (_, loss) => {
  const cases = (["mean", "sum", "none"] as const).flatMap((reduction) =>
    [0, 0.2, 1].flatMap((labelSmoothing) =>
      [false, true].flatMap((weighted) =>
        [-100, -1, 2, 17].map((ignoreIndex) => ({ reduction, labelSmoothing, weighted, ignoreIndex })),
      ),
    ),
  );
  test.each(cases)("leaves samples with ignoreIndex out: %o", async (options) => {
    const labels = [0, options.ignoreIndex, 3, 1, options.ignoreIndex, 1];
    const kept = [0, 2, 3, 5];
    const rowsOf = (values: readonly number[]): number[] =>
      kept.flatMap((row) => values.slice(row * CLASSES, (row + 1) * CLASSES));
    const whole = await at(loss, LOGITS, labels, options);
    const { ignoreIndex: _ignored, ...others } = options;
    const rest = await at(
      loss,
      rowsOf(LOGITS),
      kept.map((row) => labels[row]!),
      others,
    );
    if (options.reduction === "none") {
      const width = whole.value.length / labels.length;
      const per = (row: number): number[] => whole.value.slice(row * width, (row + 1) * width);
      expect(kept.flatMap(per)).toEqual(rest.value);
      for (const row of [1, 4]) for (const value of per(row)) expect(value + 0).toBe(0);
      return;
    }
    expect(whole.value[0]).toBeCloseTo(rest.value[0]!, 12);
    for (const [i, slope] of rowsOf(whole.slope).entries()) expect(slope).toBeCloseTo(rest.slope[i]!, 12);
    for (const row of [1, 4])
      for (const slope of whole.slope.slice(row * CLASSES, (row + 1) * CLASSES)) expect(slope + 0).toBe(0);
  });

  test("is NaN where no sample is left", async () => {
    const options = { reduction: "mean", labelSmoothing: 0, weighted: false, ignoreIndex: -100 } as const;
    expect((await at(loss, LOGITS.slice(0, 8), [-100, -100], options)).value[0]).toBeNaN();
  });
});

test("a class cannot be ignored in target probabilities, and smoothing ends at 1", () => {
  const graph = new Graph();
  const logits = input(graph, "logits", "float32", [2, CLASSES]);
  const soft = input(graph, "targets", "float32", [2, CLASSES]);
  const refused = expect.objectContaining({ code: "IGNORE_INDEX" });
  expect(() => crossEntropy(logits, soft, { ignoreIndex: 1 })).toThrow(refused);
  expect(() => oneVsRestTargets(soft, CLASSES, { ignoreIndex: 1 })).toThrow(refused);
  expect(() => crossEntropy(logits, soft, { labelSmoothing: 1.01 })).toThrow(
    expect.objectContaining({ code: "LABEL_SMOOTHING" }),
  );
});
