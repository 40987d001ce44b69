// Two models as one: what the first gives is what the second takes.
import type { ModelProto } from "./onnx.gen.ts";

/**
 * The second model, with what it takes worked out by the first. Both have one input and one output, and the first's
 * operator sets are among the second's. Names of the first begin with `prefix`, but for its input's.
 */
export function joinModels(first: ModelProto, second: ModelProto, prefix: string): ModelProto {
  const [before, after] = [first.graph!, second.graph!];
  const given = before.input[0]!.name;
  const joint = after.input[0]!.name;
  const renamed = (name: string): string => {
    if (name === "" || name === given) return name;
    return name === before.output[0]!.name ? joint : `${prefix}${name}`;
  };
  const nodes = before.node.map((node) => ({
    ...node,
    name: `${prefix}${node.name}`,
    input: node.input.map(renamed),
    output: node.output.map(renamed),
  }));
  const constants = before.initializer.map((tensor) => ({ ...tensor, name: renamed(tensor.name) }));
  return {
    ...second,
    graph: {
      ...after,
      input: before.input,
      node: [...nodes, ...after.node],
      initializer: [...constants, ...after.initializer],
    },
  };
}
