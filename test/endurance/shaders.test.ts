// The kernels of every network are valid WGSL, in either precision: checked by Dawn without a driver.
import { expect, test } from "vitest";
import { type BoundProgram, bindBatch } from "../../src/graph/index.ts";
import { createNetwork, findNetwork, NETWORK_NAMES, type NetworkName } from "../../src/models/index.ts";
import { crossEntropy } from "../../src/nn/index.ts";
import { AdamW } from "../../src/optim/index.ts";
import type { Precision } from "../../src/runtime/contract.ts";
import { describeAdapter, requestDevice, traitsOf } from "../../src/runtime/webgpu/device/adapters.ts";
import { OpenDevice } from "../../src/runtime/webgpu/device/device.ts";
import { planProgram } from "../../src/runtime/webgpu/plan/plan.ts";
import { Region } from "../../src/runtime/webgpu/plan/tensor.ts";
import { accumulateProgram, applyProgram, evaluateProgram } from "../../src/train/engine/programs.ts";
import { layoutState } from "../../src/train/engine/state-layout.ts";
import { FULL } from "./scale.ts";

const FEW: readonly NetworkName[] = ["mobilenet_v3_small", "vit_b_32"];
const SIZE = 224;

const dawn = await import("webgpu").then(
  ({ create }) => create(["backend=null"]),
  (error: unknown) => {
    console.log(`kernels of networks are not checked: ${String(error)}`);
    return undefined;
  },
);

/** The programs of a training; of updates those of one network stand for all. */
function programsOf(name: NetworkName, precision: Precision) {
  const sized = findNetwork(name).knows.includes("imageSize") ? { imageSize: SIZE } : {};
  const model = { network: createNetwork(name, { numClasses: 10, ...sized }), loss: crossEntropy };
  const layout = layoutState(model.network, { optimizer: new AdamW({}), average: false });
  const shapes = {
    images: { dtype: "float32", shape: [2, 3, SIZE, SIZE] },
    labels: { dtype: "int64", shape: [2] },
  } as const;
  const scaled = precision === "16-mixed";
  const programs = [
    accumulateProgram(model, layout, shapes, { accumulate: 2, first: false, scaled }),
    applyProgram(layout, { algorithm: "norm", limit: 1 }, scaled),
    evaluateProgram(model, layout.weights, shapes),
  ];
  return { layout, programs: programs.map((program) => bindBatch(program, 2) as BoundProgram) };
}

const names = FULL ? NETWORK_NAMES : FEW;
const cases = names.flatMap((name) =>
  (["32-true", "16-mixed"] as const).map((precision) => ({ name, precision })),
);

test.skipIf(dawn === undefined).each(cases)("$name in $precision", async ({ name, precision }) => {
  const adapter = (await dawn!.requestAdapter())!;
  const description = describeAdapter(adapter);
  const device = await requestDevice(adapter);
  const open = new OpenDevice(device, description, traitsOf(device, description), [adapter]);
  const { layout, programs } = programsOf(name, precision);
  const storages = new Map(
    layout.storages.map(({ name: storage, size, dtype }) => [
      storage,
      new Region(size * (dtype === "int64" ? 8 : 4), { fixed: { kind: "storage", name: storage } }),
    ]),
  );
  for (const program of programs) {
    const { dispatches } = planProgram(program, {
      traits: open.traits,
      precision,
      storages,
      slabBytes: 2 ** 32,
    });
    expect(dispatches.length).toBeGreaterThan(0);
    await Promise.all(dispatches.map((dispatch) => open.pipeline(dispatch)));
  }
  open.check();
  device.destroy();
});
