import { describe, expect, test } from "vitest";
import { ClassifierTrainingError, float32 } from "../core/index.ts";
import { add, constant, conv2d, input, reduceMean, relu } from "./build.ts";
import type { Value } from "./graph.ts";
import { Graph } from "./graph.ts";

function thrownBy(body: () => unknown): ClassifierTrainingError {
  try {
    body();
  } catch (error) {
    if (error instanceof ClassifierTrainingError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("Graph", () => {
  test("appends nodes in order and numbers their values", () => {
    const graph = new Graph();
    const x = input(graph, "x", "float32", [2, 3]);
    const y = relu(add(x, 1));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["input", "constant", "add", "relu"]);
    expect(y.id).toBeGreaterThan(x.id);
    expect(y).toMatchObject({ dtype: "float32", shape: [2, 3], output: 0 });
    expect(y.node.inputs[0]!.node.op).toBe("add");
  });

  test("marks nodes with the module being traced, nested and after an error", () => {
    const graph = new Graph();
    const x = input(graph, "x", "float32", []);
    const scopeOf = (value: Value): string => value.node.scope;
    graph.within("layer1", () => {
      expect(scopeOf(relu(x))).toBe("layer1");
      expect(graph.within("layer1.0", () => scopeOf(relu(x)))).toBe("layer1.0");
      expect(() =>
        graph.within("layer1.1", () => {
          throw new Error("stop");
        }),
      ).toThrow("stop");
      expect(scopeOf(relu(x))).toBe("layer1");
    });
    expect(scopeOf(relu(x))).toBe("");
  });

  test("says which op of which module does not fit, with its operands", () => {
    const graph = new Graph();
    const x = input(graph, "x", "float32", [2, 3, 8, 8]);
    const weight = input(graph, "w", "float32", [16, 4, 3, 3]);
    const error = thrownBy(() => graph.within("layer1.0.conv1", () => conv2d(x, weight)));
    expect(error).toMatchObject({ code: "SHAPE_MISMATCH", where: "layer1.0.conv1" });
    expect(error.toLine()).toBe(
      "layer1.0.conv1: conv2d(float32[2, 3, 8, 8], float32[16, 4, 3, 3]): the input has 3 channels, the weight expects 4 [SHAPE_MISMATCH]",
    );
  });

  test("appends nothing that does not fit", () => {
    const graph = new Graph();
    const [a, b] = [input(graph, "a", "float32", [2]), input(graph, "b", "float32", [3])];
    expect(thrownBy(() => add(a, b)).where).toBeUndefined();
    expect(graph.nodes).toHaveLength(2);
  });

  test("refuses operands of another graph", () => {
    const a = input(new Graph(), "a", "float32", [2]);
    const b = input(new Graph(), "b", "float32", [2]);
    expect(thrownBy(() => add(a, b)).code).toBe("FOREIGN_VALUE");
  });

  test("numbers beside a value become constants that keep their digits", () => {
    const x = input(new Graph(), "x", "float32", [2]);
    const [, tenth] = add(x, 0.1).node.inputs;
    expect(tenth!.dtype).toBe("float32");
    expect(tenth!.node.params).toMatchObject({ tensor: { data: Float64Array.of(0.1) } });
    expect(thrownBy(() => add(1, 2)).code).toBe("NO_VALUE");
  });

  test("a constant's value is its tensor's type unless another is asked for", () => {
    const graph = new Graph();
    expect(constant(graph, float32([2], [1, 2])).dtype).toBe("float32");
    expect(reduceMean(input(graph, "x", "float32", [4, 5])).shape).toEqual([]);
  });
});
