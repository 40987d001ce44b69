import { describe, expect, test } from "vitest";
import { hostTensor, RandomStream } from "../core/index.ts";
import { Bootstrap, type Interval, MetricCollection, MulticlassAccuracy } from "./index.ts";

/** Labels and predictions of which a share `accuracy` is right. */
function draw(seed: number, size: number, accuracy: number): { predicted: Int32Array; labels: Int32Array } {
  const stream = new RandomStream(seed, "test");
  const labels = new Int32Array(size).map(() => stream.integer(3));
  const predicted = labels.map((label) => (stream.float() < accuracy ? label : (label + 1) % 3));
  return { predicted, labels };
}

const build = (replicates: number, firstPosition = 0) =>
  new Bootstrap(
    () =>
      new MetricCollection({
        top1: new MulticlassAccuracy({ numClasses: 3, average: "micro" }),
        perClass: new MulticlassAccuracy({ numClasses: 3, average: "none" }),
      }),
    { replicates, seed: 5, firstPosition },
  );

function feed(
  bootstrap: ReturnType<typeof build>,
  data: ReturnType<typeof draw>,
  from: number,
  to: number,
): void {
  bootstrap.update(
    hostTensor("int32", [to - from], data.predicted.slice(from, to)),
    data.labels.slice(from, to),
  );
}

describe("Bootstrap", () => {
  test("parts that are merged give the intervals of one pass", () => {
    const data = draw(3, 200, 0.7);
    const whole = build(50);
    feed(whole, data, 0, 200);
    const [first, second] = [build(50), build(50, 120)];
    feed(first, data, 0, 120);
    feed(second, data, 120, 200);
    first.merge(structuredClone(second.state()));
    expect(first.compute()).toEqual(whole.compute());
  });

  test("the interval is that of a binomial share", () => {
    const data = draw(1, 2000, 0.8);
    const bootstrap = build(1000);
    feed(bootstrap, data, 0, 2000);
    const { top1, perClass } = bootstrap.compute();
    const deviation = Math.sqrt((top1.value * (1 - top1.value)) / 2000);
    expect(top1.standardError / deviation).toBeGreaterThan(0.9);
    expect(top1.standardError / deviation).toBeLessThan(1.1);
    expect((top1.high - top1.low) / (2 * 1.96 * deviation)).toBeGreaterThan(0.9);
    expect((top1.high - top1.low) / (2 * 1.96 * deviation)).toBeLessThan(1.1);
    expect(perClass).toHaveLength(3);
    for (const one of perClass) expect(one.high - one.low).toBeGreaterThan(1.4 * (top1.high - top1.low));
  });

  test("covers the true share about as often as it says", () => {
    const trials = 120;
    const covered = Array.from({ length: trials }, (_, seed) => {
      const bootstrap = build(200);
      feed(bootstrap, draw(seed + 10, 150, 0.7), 0, 150);
      const { low, high }: Interval = bootstrap.compute().top1;
      return low <= 0.7 && 0.7 <= high;
    }).filter(Boolean).length;
    expect(covered / trials).toBeGreaterThan(0.88);
  });

  test("neither batch size nor resuming changes a bit", () => {
    const data = draw(2, 100, 0.6);
    const whole = build(50);
    feed(whole, data, 0, 100);
    let resumed = build(50);
    for (const [from, to] of [
      [0, 7],
      [7, 40],
      [40, 100],
    ] as const) {
      feed(resumed, data, from, to);
      const state = structuredClone(resumed.state());
      resumed = build(50);
      resumed.load(state);
    }
    expect(resumed.compute()).toEqual(whole.compute());
    expect(() => build(51).load(whole.state())).toThrow("lacks");
    expect(() => build(49).load(whole.state())).toThrow("of no replicate here");
  });
});
