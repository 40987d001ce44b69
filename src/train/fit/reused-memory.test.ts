// Batches whose memory is used again: as soon as the next one is asked for, unless a callback keeps them.
import { expect, test } from "vitest";
import { LinearData } from "../../../test/train/linear-problem.ts";
import { run } from "../../../test/train/run.ts";
import type { Batch, BatchSource, LoaderMemory, TrainerData } from "../../core/index.ts";
import { Callback } from "../callback.ts";
import type { EventOf } from "../events.ts";

/** Linear data whose batches are spoilt when the next one is asked for, where their memory may be used again. */
class SpoiltData implements TrainerData {
  readonly #data = new LinearData({ name: "trainer" });
  readonly asked: boolean[] = [];

  trainLoader(epoch: number, options: { readonly startBatch?: number } & LoaderMemory = {}): BatchSource {
    return this.#spoilt(this.#data.trainLoader(epoch, options), options);
  }

  valLoader(options: LoaderMemory = {}): BatchSource {
    return this.#spoilt(this.#data.valLoader()!, options);
  }

  testLoader(options: LoaderMemory = {}): BatchSource {
    return this.valLoader(options);
  }

  #spoilt(source: BatchSource, { reuseMemory = false }: LoaderMemory): BatchSource {
    const { asked } = this;
    return {
      length: source.length,
      async *[Symbol.asyncIterator]() {
        asked.push(reuseMemory);
        for await (const batch of source) {
          yield batch;
          if (reuseMemory) (batch.images.data as Float64Array).fill(Number.NaN);
        }
      },
    };
  }
}

class Keeper extends Callback {
  override readonly stateKey = "Keeper";
  override readonly keepsBatches = true;
  readonly batches: Batch[] = [];

  override onTrainBatchEnd({ batch }: EventOf<"trainBatchEnd">): void {
    this.batches.push(batch);
  }
}

test("a fit is done with a batch before it asks for the next one", async () => {
  const data = new SpoiltData();
  const options = { numSanityValSteps: 1, valCheckInterval: 1 };
  const spoilt = await run({ data, options });
  const whole = await run({ options });
  expect(spoilt.weights).toEqual(whole.weights);
  expect(spoilt.result.metrics).toEqual(whole.result.metrics);
  expect(new Set(data.asked)).toEqual(new Set([true]));
});

test("a callback that keeps batches finds them as they were", async () => {
  const data = new SpoiltData();
  const keeper = new Keeper();
  await run({ data, parts: { callbacks: [keeper] } });
  expect(new Set(data.asked)).toEqual(new Set([false]));
  expect(keeper.batches).toHaveLength(6);
  for (const { images } of keeper.batches)
    expect(images.data.every((value) => Number.isFinite(Number(value)))).toBe(true);
});
