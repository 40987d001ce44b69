// ResNets against torchvision: layout, activations, logits, loss, gradients, running statistics.
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.ts";
import { type HostTensor, type Shape, sizeOf, toNumbers } from "../../src/core/index.ts";
import {
  constant,
  countFlops,
  createProgram,
  Graph,
  input,
  storageOf,
  type Value,
  type VariableRef,
} from "../../src/graph/index.ts";
import { createResNet, type ResNetName } from "../../src/models/index.ts";
import { crossEntropy, type Module, stateEntries, trace } from "../../src/nn/index.ts";
import { globalNorm } from "../../src/optim/index.ts";
import type { Runtime, Session } from "../../src/runtime/contract.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { fill } from "./formula.ts";
import {
  expectNear,
  FLOAT32_EPSILON,
  FLOAT32_SPREADS,
  FLOAT64_TOLERANCE,
  formulaState,
  largest,
  normAndSamples,
} from "./measure.ts";
import { readGolden } from "./read-golden.ts";

type Measures = readonly [number, number, number, number];

interface Model {
  readonly layout: {
    readonly arch: ResNetName;
    readonly num_classes: number;
    readonly keys: readonly [string, number[], string, "param" | "buffer"][];
    readonly parameters: number;
    readonly trainable_tensors: number;
    readonly buffers: number;
    readonly flops_224: number;
  };
  readonly runs: readonly Run[];
}

interface Run {
  readonly prefix: string;
  readonly weight_gain: number;
  readonly num_classes: number;
  readonly input: {
    readonly name: string;
    readonly shape: number[];
    readonly lo: number;
    readonly hi: number;
  };
  readonly labels: { readonly values: number[] };
  readonly class_weights: { readonly name: string; readonly lo: number; readonly hi: number };
  readonly label_smoothing: number;
  readonly f64: {
    readonly eval_logits: number[][];
    readonly eval_activations: Readonly<Record<string, [number[], number, number[]]>>;
    readonly train_logits: number[][];
    readonly loss: number;
    readonly grad_norm_total: number;
    readonly grads: Readonly<Record<string, Measures>>;
    readonly buffers_after_step: Readonly<Record<string, number | Measures>>;
  };
  readonly f32: {
    readonly loss: number;
    readonly grad_norm_total: number;
    readonly max_abs_diff_eval_logits_vs_f64: number;
    readonly max_abs_diff_train_logits_vs_f64: number;
    readonly max_rel_diff_grad_norm_vs_f64: number;
  };
}

/** How far results may lie from the golden float64 ones. */
interface Allowed {
  readonly evalLogits: number;
  readonly trainLogits: number;
  readonly loss: number;
  /** Of a parameter's gradient norm. */
  readonly gradientNorm: number;
  /** Of a buffer's norm. */
  readonly buffers: number;
}

function allowedFor(runtime: Runtime, { f64, f32 }: Run): Allowed {
  if (runtime.name === "reference") {
    return {
      evalLogits: FLOAT64_TOLERANCE * largest(f64.eval_logits.flat()),
      trainLogits: FLOAT64_TOLERANCE * largest(f64.train_logits.flat()),
      loss: FLOAT64_TOLERANCE * f64.loss,
      gradientNorm: FLOAT64_TOLERANCE,
      buffers: FLOAT64_TOLERANCE,
    };
  }
  const trainLogits = FLOAT32_SPREADS * f32.max_abs_diff_train_logits_vs_f64;
  return {
    evalLogits: FLOAT32_SPREADS * f32.max_abs_diff_eval_logits_vs_f64,
    trainLogits,
    // The loss's own deviation may be small by luck; it follows from the logits'.
    loss: Math.max(FLOAT32_SPREADS * Math.abs(f32.loss - f64.loss), trainLogits),
    gradientNorm: FLOAT32_SPREADS * f32.max_rel_diff_grad_norm_vs_f64,
    buffers: 64 * FLOAT32_EPSILON,
  };
}

/** Variables for a network's state: one storage for each dtype. */
function layOut(network: Module) {
  const entries = stateEntries(network);
  const storages = (["float32", "int64"] as const).map((dtype) =>
    storageOf(
      dtype,
      entries.filter((entry) => entry.dtype === dtype).map(({ name, shape }) => ({ name, dtype, shape })),
    ),
  );
  const variables = new Map(
    storages.flatMap(({ members }) => members.map((ref) => [ref.name, ref] as const)),
  );
  return { storages, variable: (name: string): VariableRef => variables.get(name)! };
}

/** A network with the formula state in a session, and its input. */
async function open(runtime: Runtime, name: ResNetName, run: Run) {
  const network = createResNet(name, run.num_classes);
  const { storages, variable } = layOut(network);
  const session = await runtime.open({ storages });
  const state = formulaState(network, run.prefix, run.weight_gain);
  await session.write(Array.from(state, ([key, tensor]) => ({ variable: variable(key), tensor })));
  const { name: inputName, shape, lo, hi } = run.input;
  return { network, session, variable, images: fill(inputName, shape, lo, hi) };
}

async function compute(
  session: Session,
  images: HostTensor,
  build: (x: Value) => Parameters<typeof createProgram>[0],
): Promise<Record<string, HostTensor>> {
  const x = input(new Graph(), "images", "float32", images.shape);
  const executable = await session.compile(createProgram(build(x)));
  return executable.run({ images });
}

/** The outputs of a network's direct children, seen while it is traced. */
function watchChildren(network: Module, seen: Record<string, Value>): void {
  for (const [name, child] of network.children()) {
    const call = child.call.bind(child);
    child.call = (x) => {
      if (name === "maxpool") seen.relu = x;
      const output = call(x);
      seen[name] = output;
      return output;
    };
  }
}

const FOUND = await findRuntimes();
const MODELS = ["resnet18", "resnet34", "resnet50"].map((name) => readGolden<Model>(`models/${name}.json`));

describe.each(MODELS)("$layout.arch", { timeout: 300_000 }, ({ layout, runs }) => {
  const network = createResNet(layout.arch, layout.num_classes);
  const entries = stateEntries(network);

  test("has torchvision's state: names, shapes, dtypes, order and counts", () => {
    const keys = entries.map(({ name, shape, dtype, kind }) => [
      name,
      shape,
      dtype,
      kind === "parameter" ? "param" : "buffer",
    ]);
    expect(keys).toEqual(layout.keys);
    const trained = entries.filter(({ requiresGrad }) => requiresGrad);
    expect(trained.length).toBe(layout.trainable_tensors);
    expect(trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(layout.parameters);
    expect(entries.length - trained.length).toBe(layout.buffers);
  });

  test("takes torch's count of operations for an image of 224x224", () => {
    const images = input(new Graph(), "images", "float32", [1, 3, 224, 224]);
    const { variable } = layOut(network);
    const { output } = trace(network, images, { training: false, variable });
    expect(countFlops(createProgram({ name: "forward", outputs: { output } }))).toBe(layout.flops_224);
  });

  describe.each(runs)("run $prefix", (run) => {
    describe.each(FOUND)("on $name", ({ runtime, available }) => {
      const allowed = allowedFor(runtime, run);

      test.skipIf(!available)("evaluates", async () => {
        const { network, session, variable, images } = await open(runtime, layout.arch, run);
        const seen: Record<string, Value> = {};
        watchChildren(network, seen);
        const { logits, ...activations } = await compute(session, images, (x) => {
          const { output } = trace(network, x, { training: false, variable });
          return { name: "evaluate", outputs: { logits: output, ...seen } };
        });
        expectNear(toNumbers(logits!.data), run.f64.eval_logits.flat(), allowed.evalLogits, "logits");
        const relative = allowed.evalLogits / largest(run.f64.eval_logits.flat());
        for (const [name, [shape, norm, samples]] of Object.entries(run.f64.eval_activations)) {
          expect(activations[name]!.shape as Shape, name).toEqual(shape);
          expectNear(normAndSamples(activations[name]!), [norm, ...samples], relative * norm, name);
        }
        await session.dispose();
      });

      test.skipIf(!available)("trains: logits, loss, gradients, running statistics", async () => {
        const { network, session, variable, images } = await open(runtime, layout.arch, run);
        const { name, lo, hi } = run.class_weights;
        const weight = fill(name, [run.num_classes], lo, hi);
        const labels = BigInt64Array.from(run.labels.values, BigInt);
        const parameters = stateEntries(network).filter(({ requiresGrad }) => requiresGrad);
        const { logits, loss, norm, ...slopes } = await compute(session, images, (x) => {
          const traced = trace(network, x, { training: true, variable });
          const graph = x.node.graph;
          const target = constant(graph, { dtype: "int64", shape: [labels.length], data: labels });
          const loss = crossEntropy(traced.output, target, {
            weight: constant(graph, weight),
            labelSmoothing: run.label_smoothing,
          });
          const computed = gradients(
            loss,
            parameters.map((parameter) => traced.parameters.get(parameter.name)!),
          );
          const byName = Object.fromEntries(parameters.map((parameter, i) => [parameter.name, computed[i]!]));
          return {
            name: "train",
            outputs: { logits: traced.output, loss, norm: globalNorm(computed), ...byName },
            updates: traced.updates,
          };
        });
        const { f64 } = run;
        expectNear(toNumbers(logits!.data), f64.train_logits.flat(), allowed.trainLogits, "logits");
        expectNear(toNumbers(loss!.data), [f64.loss], allowed.loss, "loss");
        const total = f64.grad_norm_total;
        expectNear(toNumbers(norm!.data), [total], allowed.gradientNorm * total, "norm of all gradients");
        expect(Object.keys(slopes)).toEqual(Object.keys(f64.grads));
        for (const [key, golden] of Object.entries(f64.grads)) {
          const [gradientNorm, ...samples] = normAndSamples(slopes[key]!);
          // Gradients that are zero but for rounding are told from others by the norm of all.
          const near = allowed.gradientNorm * Math.max(golden[0], 1e-9 * total);
          expectNear([gradientNorm], [golden[0]], near, `norm of the gradient of ${key}`);
          if (runtime.name === "reference") expectNear(samples, golden.slice(1), near, `gradient of ${key}`);
        }
        for (const [key, golden] of Object.entries(f64.buffers_after_step)) {
          const [buffer] = await session.read([variable(key)]);
          if (typeof golden === "number") expect(toNumbers(buffer!.data), key).toEqual([golden]);
          else expectNear(normAndSamples(buffer!), golden, allowed.buffers * golden[0], key);
        }
        await session.dispose();
      });
    });
  });
});
