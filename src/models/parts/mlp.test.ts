// SwiGLU against its formula, and what it leaves of the layer between.
import { expect, test } from "vitest";
import { hostTensor, toNumbers } from "../../core/index.ts";
import { createProgram, Graph, input } from "../../graph/index.ts";
import { stateEntries, trace } from "../../nn/index.ts";
import { referenceRuntime } from "../../runtime/reference/index.ts";
import { createNetwork } from "../catalog.ts";
import { mlp, SwiGLU } from "./mlp.ts";

test("SwiGLU multiplies SiLU of the first half with the second", async () => {
  const session = await referenceRuntime.open({ storages: [] });
  const x = input(new Graph(), "x", "float32", [1, 2, 4]);
  const variable = (name: string): never => expect.fail(`there is no ${name}`);
  const { output: y } = trace(new SwiGLU(), x, { training: false, variable });
  const program = createProgram({ name: "gate", outputs: { y } });
  const values = [1, -2, 3, 0.5, 0, 4, 7, -1];
  const executable = await session.compile(program);
  const results = await executable.run({ x: hostTensor("float32", [1, 2, 4], Float32Array.from(values)) });
  const silu = (value: number): number => value / (1 + Math.exp(-value));
  const expected = [silu(1) * 3, silu(-2) * 0.5, silu(0) * 7, silu(4) * -1];
  for (const [i, value] of toNumbers(results.y!.data).entries()) expect(value).toBeCloseTo(expected[i]!, 12);
  await session.dispose();
});

test("the second layer takes what SwiGLU leaves", () => {
  const shapes = Array.from(stateEntries(mlp(4, 16, { activation: new SwiGLU() })), ({ shape }) => shape);
  expect(shapes).toEqual([[16, 4], [16], [4, 8], [4]]);
});

test("DINOv2's giant has timm's shapes", () => {
  const entries = stateEntries(createNetwork("vit_giant_patch14_reg4_dinov2", { numClasses: 10 }));
  const shapes = new Map(Array.from(entries, ({ name, shape }) => [name, shape]));
  expect(shapes.get("pos_embed")).toEqual([1, 37 * 37, 1536]);
  expect(shapes.get("blocks.39.mlp.fc1.weight")).toEqual([8192, 1536]);
  expect(shapes.get("blocks.39.mlp.fc2.weight")).toEqual([1536, 4096]);
});
