import { expect, test } from "vitest";
import { LinearData, LinearModel } from "../../test/train/linear-problem.ts";
import { referenceRuntime } from "../runtime/reference/index.ts";
import { Callback, type EventOf, type FitContext, Trainer } from "../train/index.ts";
import { EMA } from "./ema.ts";

/** The weights after each optimizer step, and their average. */
async function history(
  ema: EMA | undefined,
): Promise<{ live: number[][]; average: number[][]; valLoss: number }> {
  const live: number[][] = [];
  const average: number[][] = [];
  class Watching extends Callback {
    override readonly stateKey = "Watching";
    override async onTrainBatchEnd(_: EventOf<"trainBatchEnd">, { engine }: FitContext): Promise<void> {
      const read = async (kind: "live" | "average"): Promise<number[]> =>
        Array.from((await engine.readWeights(kind)).get("weight")!.data as Float64Array);
      live.push(await read("live"));
      average.push(await read("average"));
    }
  }
  const callbacks = [new Watching(), ...(ema === undefined ? [] : [ema])];
  await using trainer = new Trainer(
    { maxEpochs: 2, numSanityValSteps: 0 },
    { runtime: referenceRuntime, callbacks },
  );
  const fitting = trainer.fit(new LinearModel(), new LinearData({ name: "ema" }));
  let next = await fitting.next();
  while (!next.done) next = await fitting.next();
  return { live, average, valLoss: next.value.metrics["val/loss"]! };
}

test("averages as the formula says, from the end of the warm-up on", async () => {
  const warmupSteps = 2;
  const { live, average, valLoss } = await history(new EMA({ decay: 0.25, warmupSteps }));
  let wish = live[0]!;
  for (const [i, weights] of live.entries()) {
    const t = i + 1 - warmupSteps;
    const d = t <= 0 ? 0 : Math.min(0.25, (1 + t) / (10 + t));
    wish = wish.map((value, k) => d * value + (1 - d) * weights[k]!);
    for (const [k, value] of wish.entries()) expect(average[i]![k]).toBeCloseTo(value, 12);
  }
  expect(average.slice(0, 2)).toEqual(live.slice(0, 2));
  expect(average.at(-1)).not.toEqual(live.at(-1));
  const plain = await history(undefined);
  expect(plain.live).toEqual(live);
  expect(plain.valLoss).not.toBe(valLoss);
});
