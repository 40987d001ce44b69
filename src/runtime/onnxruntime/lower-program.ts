// A program as an ONNX model, and where its inputs come from and its outputs go.

import type { BoundProgram, BoundUpdate, BoundValue, VariableRef } from "../../graph/index.ts";
import type { InputParams } from "../../graph/ops/leaf.ts";
import {
  BLOCKED_DOMAIN,
  CONTRIB_DOMAIN,
  computedAs,
  Emitter,
  encodeModel,
  type LoweringOptions,
  lowerNodes,
  OPSET,
} from "../../onnx/index.ts";
import type { Draw } from "./draws.ts";

/** An ONNX input or output by name, and what it stands for. */
export interface Binding<T> {
  readonly name: string;
  readonly source: T;
}

/** The model's bytes, and what each of its inputs and outputs stands for. */
export interface LoweredProgram {
  readonly model: Uint8Array;
  readonly inputs: readonly Binding<InputParams>[];
  readonly variables: readonly Binding<VariableRef>[];
  readonly draws: readonly Binding<Draw>[];
  readonly outputs: readonly Binding<{ readonly key: string; readonly value: BoundValue }>[];
  readonly updates: readonly Binding<BoundUpdate>[];
}

/**
 * Lowers a program; what it reads becomes inputs of the ONNX graph, what it gives and updates outputs.
 * @param options what the execution provider lacks, or has beside ONNX's operators; default: nothing
 */
export function lowerProgram(
  program: BoundProgram,
  options: Omit<LoweringOptions, "leaves"> = {},
): LoweredProgram {
  const emit = new Emitter();
  const inputs: Binding<InputParams>[] = [];
  const variables: Binding<VariableRef>[] = [];
  const draws: Binding<Draw>[] = [];
  const names = lowerNodes(emit, program, {
    ...options,
    leaves: {
      input: (_, input) => {
        const name = emit.graph.input(input.name, computedAs(input.dtype), input.shape);
        inputs.push({ name, source: input });
        return name;
      },
      variable: (_, variable) => {
        const read = (source: VariableRef): string => {
          const name = emit.graph.input(source.name, computedAs(source.dtype), source.shape);
          variables.push({ name, source });
          return name;
        };
        const name = read(variable);
        emit.providesParts(name, ([from, to]) =>
          read({ ...variable, offset: variable.offset + from, shape: [to - from] }),
        );
        return name;
      },
      bernoulli: (_, key, params) => {
        const draw = { key, params } as Draw;
        const name = emit.graph.input("bernoulli", "float32", draw.params.shape);
        draws.push({ name, source: draw });
        return name;
      },
    },
  });
  const declare = (name: string, value: BoundValue): string =>
    emit.graph.output(names.get(value)!, name, computedAs(value.dtype), value.shape);
  const outputs = Object.entries(program.outputs).map(([key, value]) => ({
    name: declare(`output:${key}`, value),
    source: { key, value },
  }));
  const updates = program.updates.map((update) => ({
    name: declare(`update:${update.variable.name}`, update.value),
    source: update,
  }));
  const model = emit.graph.build(program.name, {
    opset: OPSET,
    domains: { [CONTRIB_DOMAIN]: 1, ...(options.channelBlock !== undefined && { [BLOCKED_DOMAIN]: 1 }) },
    producerName: "classifier-training",
    producerVersion: "",
  });
  return { model: encodeModel(model), inputs, variables, draws, outputs, updates };
}
