// Gradients that a run is said to be done with are neither changed nor read by the rest of it.
import { describe, expect, test } from "vitest";
import { hostTensor, RandomStream, sizeOf } from "../../src/core/index.ts";
import { createNetwork, type NetworkName } from "../../src/models/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { SGD } from "../../src/optim/index.ts";
import { ALONE } from "../../src/runtime/alone.ts";
import type { RunObserver, Runtime } from "../../src/runtime/contract.ts";
import { onednnRuntime } from "../../src/runtime/onednn/index.ts";
import { GradientSums } from "../../src/train/engine/gradient-sums.ts";
import { TrainingEngine } from "../../src/train/index.ts";

const CLASSES = 10;
const { available, detail } = await onednnRuntime.probe();
if (!available) console.log(`observed runs are skipped: ${detail}`);

async function open(runtime: Runtime, name: NetworkName): Promise<TrainingEngine> {
  return TrainingEngine.open({
    runtime,
    model: { network: createNetwork(name, { numClasses: CLASSES }), loss: crossEntropy },
    optimizer: new SGD({ momentum: 0.9 }),
    seed: 5,
    threads: 1,
    accumulate: 2,
  });
}

function batch(number: number) {
  const random = new RandomStream(1, "observed", [number, 0]);
  const images = Float32Array.from({ length: 4 * 3 * 64 * 64 }, () => random.normal());
  const labels = Int32Array.from({ length: 4 }, () => random.integer(CLASSES));
  return {
    images: hostTensor("float32", [4, 3, 64, 64], images),
    labels: hostTensor("int32", [4], labels),
    indices: [0, 1, 2, 3],
  };
}

/** The gradients of two micro-batches, and the second one's logits; what is told of is taken, and overwritten at once. */
async function train(name: NetworkName, isObserved: boolean) {
  const engine = await open(onednnRuntime, name);
  const { session, layout } = engine;
  const { ranges } = new GradientSums(session, layout, ALONE);
  const [storage] = layout.groups.map(({ gradients }) => gradients);
  const whole = { ...ranges[0]!, offset: 0, shape: [storage!.size] };
  const taken: Float32Array[] = [];
  const counts: number[] = [];
  let elements = new Float32Array();
  const part = (i: number): Float32Array =>
    elements.subarray(ranges[i]!.offset, ranges[i]!.offset + sizeOf(ranges[i]!.shape));
  const observer: RunObserver = {
    ranges,
    async begins() {
      elements = (await session.memory!(whole)).elements as Float32Array<ArrayBuffer>;
    },
    complete(count) {
      counts.push(count);
      for (let i = taken.length; i < count; i++) taken.push(part(i).slice()) && part(i).fill(Number.NaN);
    },
  };
  await engine.accumulate(batch(0), true, [0, 0]);
  const { logits } = await engine.accumulate(
    batch(1),
    false,
    [0, 1],
    undefined,
    undefined,
    isObserved ? observer : undefined,
  );
  if (!isObserved) await observer.begins();
  for (let i = taken.length; i < ranges.length; i++) taken.push(part(i).slice());
  await engine.dispose();
  return { taken, counts, ranges, logits: Array.from(logits.data, Number) };
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

describe.skipIf(!available)("a run that is observed", () => {
  test.each<NetworkName>(["resnet18", "mobilenet_v2"])("of %s", async (name) => {
    const { taken, counts, ranges, logits } = await train(name, true);
    const alone = await train(name, false);
    expect(logits).toEqual(alone.logits);
    for (const [i, values] of taken.entries())
      expect(isSame(values, alone.taken[i]!), `range ${i}`).toBe(true);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    // The last layers' are known long before the end.
    expect(counts[0]).toBeLessThan(ranges.length);
  });
});
