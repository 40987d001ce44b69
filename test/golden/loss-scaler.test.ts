// The loss scaler against torch.amp.GradScaler: scale and growth tracker after each step.
import { expect, test } from "vitest";
import { LossScaler } from "../../src/optim/index.ts";
import { readGolden } from "./read-golden.ts";

interface Trace {
  readonly init_scale: number;
  readonly growth_factor: number;
  readonly backoff_factor: number;
  readonly growth_interval: number;
  readonly overflows: readonly boolean[];
  readonly scales: readonly number[];
  readonly growth_trackers: readonly number[];
}

const { traces } = readGolden<{ readonly traces: readonly Trace[] }>("optim/grad-scaler.json");

function scalerOf(trace: Trace): LossScaler {
  return new LossScaler({
    initScale: trace.init_scale,
    growthFactor: trace.growth_factor,
    backoffFactor: trace.backoff_factor,
    growthInterval: trace.growth_interval,
  });
}

test.each(traces)("from $init_scale by $growth_factor and $backoff_factor", (trace) => {
  const scaler = scalerOf(trace);
  const states = trace.overflows.map((overflowed) => {
    scaler.update(overflowed);
    return scaler.state();
  });
  expect(states.map(({ scale }) => scale)).toEqual(trace.scales);
  expect(states.map(({ growthTracker }) => growthTracker)).toEqual(trace.growth_trackers);
  expect(scaler.skippedSteps).toBe(trace.overflows.filter(Boolean).length);
});

test("its defaults are torch's", () => {
  const trace = traces.find(({ growth_interval }) => growth_interval === 2000)!;
  const [defaults, given] = [new LossScaler(), scalerOf(trace)];
  for (let step = 0; step < 4001; step++) for (const scaler of [defaults, given]) scaler.update(step === 7);
  expect(defaults.state()).toEqual(given.state());
  expect(defaults.scale).toBe(65536);
});

test("a state that is put back goes on as if nothing had happened", () => {
  const [trace] = traces as readonly [Trace];
  const whole = scalerOf(trace);
  let resumed = scalerOf(trace);
  for (const overflowed of trace.overflows) {
    whole.update(overflowed);
    const next = scalerOf(trace);
    next.loadState(JSON.parse(JSON.stringify(resumed.state())) as ReturnType<LossScaler["state"]>);
    resumed = next;
    resumed.update(overflowed);
    expect(resumed.state()).toEqual(whole.state());
  }
});

test("a scale below the smallest float16 is at its end", () => {
  const scaler = new LossScaler();
  for (let step = 0; step < 40; step++) scaler.update(true);
  expect(scaler.isExhausted).toBe(false);
  scaler.update(true);
  expect(scaler.isExhausted).toBe(true);
});
