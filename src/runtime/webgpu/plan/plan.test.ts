// Plans of whole training steps, made without a device.
import { describe, expect, test } from "vitest";
import { type BoundProgram, isBound } from "../../../graph/index.ts";
import { createResNet } from "../../../models/index.ts";
import { crossEntropy } from "../../../nn/index.ts";
import { AdamW } from "../../../optim/index.ts";
import { accumulateProgram, applyProgram } from "../../../train/engine/programs.ts";
import { layoutState } from "../../../train/engine/state-layout.ts";
import { type Dispatch, trafficOf } from "./dispatch.ts";
import { type Plan, planProgram } from "./plan.ts";
import { Region } from "./tensor.ts";

const TRAITS = {
  bindings: 9,
  workgroups: 65535,
  invocations: 256,
  workgroupMemory: 49152,
  hasFloat16: true,
  isSoftware: false,
};
const SLAB = 2 ** 31;

function planOf(
  name: "resnet18" | "resnet50",
  batch: number,
  size: number,
): { accumulate: Plan; apply: Plan } {
  const model = { network: createResNet(name, 1000), loss: crossEntropy };
  const layout = layoutState(model.network, { optimizer: new AdamW({}), average: false });
  const storages = new Map(
    layout.storages.map(({ name: storage, size: length }) => [
      storage,
      new Region(length * 8, { fixed: { kind: "storage", name: storage } }),
    ]),
  );
  const shapes = {
    images: { dtype: "float32", shape: [batch, 3, size, size] },
    labels: { dtype: "int64", shape: [batch] },
  } as const;
  const programs = [
    accumulateProgram(model, layout, shapes, { accumulate: 1, first: true }),
    applyProgram(layout, { algorithm: "norm", limit: 1 }),
  ];
  const [accumulate, apply] = programs.map((program) => {
    expect(isBound(program)).toBe(true);
    return planProgram(program as BoundProgram, { traits: TRAITS, storages, slabBytes: SLAB });
  });
  return { accumulate: accumulate!, apply: apply! };
}

const PLANS = [
  { name: "resnet18", dispatches: 220, ...planOf("resnet18", 4, 64) },
  { name: "resnet50", dispatches: 540, ...planOf("resnet50", 2, 64) },
];

describe.each(PLANS)("a step of $name", ({ accumulate, apply, dispatches }) => {
  test("is few dispatches", () => {
    expect(accumulate.dispatches.length).toBeLessThanOrEqual(dispatches);
    expect(apply.dispatches.length).toBeLessThanOrEqual(8);
  });

  test("reorders the images, and all weights at once, and no activation", () => {
    const moved = accumulate.dispatches.filter(({ work }) => work === "movement").map(({ label }) => label);
    expect(moved).toEqual(["weights", "maps in fours", "copy gradient.fc.bias"]);
  });

  test("no kernel writes memory that it reads through another binding", () => {
    const placeOf = (region: Region): readonly [number, number] => {
      const offset = accumulate.memory.offsets.get(region)!;
      return [offset, offset + region.bytes];
    };
    for (const { bindings, label } of accumulate.dispatches) {
      const places = bindings
        .filter(({ region }) => region.fixed === undefined)
        .map(({ region }) => placeOf(region));
      places.sort(([a], [b]) => a - b);
      for (const [i, [begin]] of places.entries()) {
        if (i > 0) expect(begin, label).toBeGreaterThanOrEqual(places[i - 1]![1]);
      }
    }
  });

  test("keeps to what the device may have", () => {
    for (const { bindings, workgroups, label } of [...accumulate.dispatches, ...apply.dispatches]) {
      expect(bindings.length, label).toBeLessThanOrEqual(TRAITS.bindings);
      expect(Math.max(...workgroups), label).toBeLessThanOrEqual(TRAITS.workgroups);
    }
  });
});

describe("a step of resnet18 on 64 pictures of 224 pixels", () => {
  const { accumulate } = planOf("resnet18", 64, 224);

  test("is at most 220 dispatches", () => {
    expect(accumulate.dispatches.length).toBeLessThanOrEqual(220);
  });

  test("more workgroups than a dimension has are spread over two", () => {
    const large = accumulate.dispatches.filter(({ workgroups }: Dispatch) => workgroups[1] > 1);
    expect(large.length).toBeGreaterThan(0);
  });

  test("carries each activation a few times", () => {
    const traffic = accumulate.dispatches.reduce((sum, dispatch) => sum + trafficOf(dispatch), 0);
    expect(traffic / 2 ** 30).toBeGreaterThan(5);
    expect(traffic / 2 ** 30).toBeLessThan(14);
  });
});
