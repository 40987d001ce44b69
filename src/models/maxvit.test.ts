import { expect, test } from "vitest";
import { fill } from "../../test/golden/formula.ts";
import { formulaState } from "../../test/golden/measure.ts";
import { toNumbers } from "../core/index.ts";
import { createProgram, Graph, input, storageOf } from "../graph/index.ts";
import { stateEntries, trace } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { MaxVit } from "./maxvit.ts";

/** torchvision's logits, in float64, of a network like this one with the formula state. */
const TORCHVISION = [
  [-0.006053918, -0.602401716, -0.940663423, 0.200639941, 0.912665583, -0.346813913, 0.927697877],
  [-0.061266423, -0.671194107, -0.676369649, 0.168671345, 1.107147561, -0.385714112, 0.81746809],
];

async function logits(width: number): Promise<readonly number[]> {
  const network = new MaxVit({
    stemChannels: 16,
    channels: [16, 32, 64, 64],
    layers: [1, 2, 1, 1],
    headChannels: 8,
    window: 2,
    numClasses: 7,
    dropout: 0,
    stochasticDepth: 0,
  });
  const entries = stateEntries(network);
  const storages = (["float32", "int64"] as const).map((dtype) =>
    storageOf(
      dtype,
      entries.filter((entry) => entry.dtype === dtype),
    ),
  );
  const variables = new Map(
    storages.flatMap(({ members }) => members.map((ref) => [ref.name, ref] as const)),
  );
  const variable = (name: string) => variables.get(name)!;
  const session = await referenceRuntime.open({ storages });
  const state = formulaState(network, "maxvit_small.");
  await session.write(Array.from(state, ([name, tensor]) => ({ variable: variable(name), tensor })));
  const images = fill("x", [2, 3, 64, width], -2, 2);
  const x = input(new Graph(), "images", "float32", images.shape);
  const { output } = trace(network, x, { training: false, variable });
  const executable = await session.compile(createProgram({ name: "evaluate", outputs: { output } }));
  const results = await executable.run({ images });
  return toNumbers(results.output!.data);
}

test("MaxViT gives torchvision's logits", async () => {
  for (const [i, value] of (await logits(64)).entries()) expect(value).toBeCloseTo(TORCHVISION.flat()[i]!, 8);
});

test("pictures need not be square, but must divide into windows", async () => {
  expect(await logits(128)).toHaveLength(14);
  await expect(logits(96)).rejects.toMatchObject({
    code: "IMAGE_SIZE",
    hint: "choose pictures whose sides are multiples of 64 pixels",
  });
});
