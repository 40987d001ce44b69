// From an inference program and its weights to an ONNX model with a free batch dimension.
import { ClassifierTrainingError, formatShape, type HostTensor } from "../core/index.ts";
import { BATCH, batchFactor, type Dim, type Dims, type Program } from "../graph/index.ts";
import { foldBatchNorm } from "./fold-batch-norm.ts";
import type { ModelOptions, OnnxDimension } from "./graph-builder.ts";
import { computedAs, Emitter, OPSET } from "./lowering/emitter.ts";
import { lowerNodes } from "./lowering/index.ts";
import { rounded } from "./lowering/leaf.ts";
import type { ModelProto } from "./onnx.gen.ts";

/** What the file says besides the computation; operator set and domains are chosen here. */
export interface ExportProgramOptions extends Omit<ModelOptions, "opset" | "domains"> {
  /** Values of the program's variables, by name. */
  readonly weights: ReadonlyMap<string, HostTensor>;
  /** Name of the batch axis, the first dimension of every input and output. */
  readonly batchAxis: string;
}

/**
 * The program as an ONNX model of operator set 17: variables become initializers, batch norm with running
 * statistics is folded into convolutions, the batch axis is free.
 * @throws ClassifierTrainingError `EXPORT_BATCH` for inputs or outputs that do not begin with the batch,
 *   `EXPORT_WEIGHT` for a variable without a value, `EXPORT_RANDOM` for random numbers.
 */
export function exportProgram(program: Program, options: ExportProgramOptions): ModelProto {
  const { weights: given, batchAxis, ...model } = options;
  checkDrawsNothing(program);
  const { program: folded, weights } = foldBatchNorm(program, given);
  const free = (name: string, shape: Dims): OnnxDimension[] => {
    if (shape[0] === BATCH) return shape.map((dim) => dimension(dim, batchAxis));
    const problem = `${name} ${formatShape(shape)} of program ${program.name} does not begin with the batch`;
    throw new ClassifierTrainingError("failure", "EXPORT_BATCH", problem);
  };
  const emit = new Emitter();
  const names = lowerNodes(emit, folded, {
    wholeSigmoid: true,
    leaves: {
      input: (_, { name, dtype, shape }) => {
        const given = emit.graph.input(name, computedAs(dtype), free(name, shape));
        emit.readBatchFrom(given, shape);
        return given;
      },
      variable: (_, { name }) => {
        const tensor = weights.get(name);
        if (tensor !== undefined) return emit.constant(name, rounded(tensor));
        throw new ClassifierTrainingError("failure", "EXPORT_WEIGHT", `there is no value for ${name}`);
      },
    },
  });
  for (const [name, value] of Object.entries(folded.outputs)) {
    emit.graph.output(names.get(value)!, name, computedAs(value.dtype), free(name, value.shape));
  }
  return emit.graph.build(program.name, { ...model, opset: OPSET });
}

function checkDrawsNothing({ name, nodes }: Program): void {
  const node = nodes.find(({ op }) => op === "bernoulli");
  if (node === undefined) return;
  throw new ClassifierTrainingError("failure", "EXPORT_RANDOM", `program ${name} draws random numbers`, {
    where: node.scope || undefined,
    hint: "export the network as it is in evaluation",
  });
}

/** A dimension as the model declares it; one of several rows a sample has a name of its own. */
function dimension(dim: Dim, batchAxis: string): OnnxDimension {
  if (typeof dim === "number") return dim;
  return dim === BATCH ? batchAxis : `${batchAxis}_times_${batchFactor(dim)}`;
}
