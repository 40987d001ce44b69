// Devices: kernels of whole networks are valid, lost devices and missing memory are told of; on Dawn without a driver.
import { describe, expect, test } from "vitest";
import { float32, zeros } from "../../core/index.ts";
import {
  add,
  BATCH,
  conv2d,
  createProgram,
  Graph,
  input,
  readVariable,
  storageOf,
} from "../../graph/index.ts";
import { createResNet, type ResNetName } from "../../models/index.ts";
import { crossEntropy } from "../../nn/index.ts";
import { AdamW } from "../../optim/index.ts";
import { accumulateProgram, applyProgram, evaluateProgram } from "../../train/engine/programs.ts";
import { layoutState } from "../../train/engine/state-layout.ts";
import { adapterNames, loadDawn } from "./dawn.ts";
import { describeAdapter, requestDevice, traitsOf } from "./device/adapters.ts";
import { OpenDevice } from "./device/device.ts";
import { createWebGpuRuntime, webgpuRuntime, webgpuRuntimeOn } from "./index.ts";
import type { Dispatch } from "./plan/dispatch.ts";

/** Dawn's back end that checks everything and computes nothing; it must stay referenced. */
const dawn = await import("webgpu").then(
  ({ create }) => create(["backend=null"]),
  (error: unknown) => {
    console.log(`tests of WebGPU devices are skipped: ${String(error)}`);
    return undefined;
  },
);

const b = storageOf("numbers", [{ name: "b", dtype: "float32", shape: [4] }]);

function increment(graph: Graph) {
  return add(readVariable(graph, b.members[0]!), 1);
}

describe.skipIf(dawn === undefined)("without a driver", () => {
  const load = async (): Promise<GPU> => dawn!;

  test.each<ResNetName>(["resnet18", "resnet50", "resnext50_32x4d"])(
    "every kernel of %s is valid",
    async (name) => {
      const model = { network: createResNet(name, 10), loss: crossEntropy };
      const layout = layoutState(model.network, { optimizer: new AdamW({}), average: false });
      const session = await createWebGpuRuntime(load).open({ storages: layout.storages });
      const shapes = {
        images: { dtype: "float32", shape: [2, 3, 32, 32] },
        labels: { dtype: "int64", shape: [2] },
      } as const;
      const programs = [
        accumulateProgram(model, layout, shapes, { accumulate: 2, first: false }),
        // Of larger ones Dawn without a driver has no memory for it.
        ...(name === "resnet18" ? [applyProgram(layout, { algorithm: "norm", limit: 1 })] : []),
        evaluateProgram(model, layout.weights, shapes),
      ];
      for (const program of programs) await (await session.compile(program)).dispose();
      await session.dispose();
    },
  );

  test("a lost device is an error of every call, and a session opened afterwards has a new one", async () => {
    const devices: GPUDevice[] = [];
    const watched = async (): Promise<GPU> => watching(dawn!, devices);
    const runtime = createWebGpuRuntime(watched);
    const session = await runtime.open({ storages: [b] });
    const executable = await session.compile(
      createProgram({ name: "y", outputs: { y: increment(new Graph()) } }),
    );
    await executable.run({});
    devices[0]!.destroy();
    await expect(executable.run({})).rejects.toMatchObject({ code: "WEBGPU_DEVICE_LOST" });
    await expect(session.read([b.members[0]!])).rejects.toMatchObject({ code: "WEBGPU_DEVICE_LOST" });
    await session.dispose();
    const next = await runtime.open({ storages: [b] });
    expect(devices).toHaveLength(2);
    expect(await next.read([b.members[0]!])).toMatchObject([{ shape: [4] }]);
    await next.dispose();
  });

  test("a tensor that is too large for the device names a way out", async () => {
    const session = await createWebGpuRuntime(load).open({ storages: [] });
    const x = input(new Graph(), "x", "float32", [1 << 16, 1 << 16]);
    const program = createProgram({ name: "large", outputs: { y: add(x, 1) } });
    await expect(session.compile(program)).rejects.toMatchObject({
      code: "RUNTIME_MEMORY",
      hint: /batch_size/,
    });
    const storages = [{ name: "large", dtype: "float32", size: 2 ** 33, members: [] } as const];
    await expect(createWebGpuRuntime(load).open({ storages })).rejects.toMatchObject({
      code: "RUNTIME_MEMORY",
    });
    await session.dispose();
  });

  test("intermediate values that the device has no memory for, too", async () => {
    const session = await createWebGpuRuntime(load).open({ storages: [] });
    const x = input(new Graph(), "x", "float32", [1 << 14, 1 << 14]);
    const program = createProgram({ name: "large", outputs: { y: add(x, 1) } });
    await expect(session.compile(program)).rejects.toMatchObject({
      code: "RUNTIME_MEMORY",
      message: /2048 MiB/,
    });
    await session.dispose();
  });

  test("a batch that there is no memory for names one that fits, and what was compiled before goes on", async () => {
    const session = await createWebGpuRuntime(load).open({ storages: [] });
    const x = input(new Graph(), "x", "float32", [BATCH, 2 ** 20]);
    const executable = await session.compile(createProgram({ name: "large", outputs: { y: add(x, 1) } }));
    const run = (batch: number) => executable.run({ x: zeros("float32", [batch, 2 ** 20]) });
    expect((await run(2)).y!.shape).toEqual([2, 2 ** 20]);
    await expect(run(48)).rejects.toMatchObject({
      code: "RUNTIME_MEMORY",
      hint: expect.stringMatching(/^data\.batch_size=24 would fit/),
    });
    expect((await run(2)).y!.shape).toEqual([2, 2 ** 20]);
    await session.dispose();
  });
});

test("an adapter that computes with the processor is taken on request only", async () => {
  const { available, detail, onRequest } = await webgpuRuntime.probe();
  if (!available) console.log(`runtime webgpu is not there: ${detail}`);
  else expect(onRequest).toBe(/computes with the processor/.test(detail));
});

describe.skipIf(!(await webgpuRuntime.probe()).available)("on an adapter", () => {
  test("it is chosen by a part of its name, in whatever case", async () => {
    const [name] = await adapterNames();
    expect(await webgpuRuntime.devices!()).toContainEqual(expect.stringContaining(name!));
    const runtime = await webgpuRuntimeOn(name!.slice(0, -1).toUpperCase());
    const session = await runtime.open({ storages: [b] });
    expect(await session.read([b.members[0]!])).toMatchObject([{ shape: [4] }]);
    await session.dispose();
    await expect(webgpuRuntimeOn("Voodoo 2")).rejects.toMatchObject({
      code: "RUNTIME_ADAPTER",
      message: expect.stringContaining(name!),
    });
  });

  test.each([true, false])(
    "a kernel that is wrong is told of by its name (in software: %s)",
    async (isSoftware) => {
      const gpu = await loadDawn();
      const adapter = (await gpu.requestAdapter())!;
      const description = describeAdapter(adapter);
      const device = await requestDevice(adapter);
      const traits = { ...traitsOf(device, description), isSoftware };
      const open = new OpenDevice(device, description, traits, [gpu, adapter]);
      const code = "@compute @workgroup_size(1) fn other() { }";
      const wrong = { label: "sum of 3", code, bindings: [], scope: "layer1" } as unknown as Dispatch;
      await expect(open.pipeline(wrong)).rejects.toMatchObject({
        code: "WEBGPU_SHADER",
        message: /^kernel sum of 3: /,
      });
      open.check();
    },
  );

  test.each([5, 70_001])("%i elements in memory that threads share are written as they are", async (size) => {
    const storage = storageOf("shared", [{ name: "shared", dtype: "float32", shape: [size] }]);
    const [variable] = storage.members as [(typeof storage.members)[number]];
    const data = new Float32Array(new SharedArrayBuffer(4 * size)).fill(1.5);
    const session = await webgpuRuntime.open({ storages: [storage] });
    await session.write([{ variable, tensor: { dtype: "float32", shape: [size], data } }]);
    const [read] = await session.read([variable]);
    expect(read!.data).toEqual(new Float32Array(size).fill(1.5));
    await session.dispose();
  });

  test("two runs give the same bits", async () => {
    const numbers = Float32Array.from({ length: 4 * 8 * 9 * 9 }, (_, i) => Math.sin(i));
    const x = float32([4, 8, 9, 9], numbers);
    const w = float32([8, 8, 3, 3], numbers.slice(0, 576));
    const graph = new Graph();
    const [image, weight] = [input(graph, "x", "float32", x.shape), input(graph, "w", "float32", w.shape)];
    const params = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 } as const;
    const y = conv2d(image, weight, undefined, params);
    const dw = graph.append("conv2dWeightGrad", [image, y], { ...params, weightShape: [8, 8, 3, 3] })[0]!;
    const session = await webgpuRuntime.open({ storages: [] });
    const executable = await session.compile(createProgram({ name: "gradient", outputs: { y, dw } }));
    const [first, second] = [await executable.run({ x, w }), await executable.run({ x, w })];
    expect(second.dw!.data).toEqual(first.dw!.data);
    expect(second.y!.data).toEqual(first.y!.data);
    await session.dispose();
  });
});

/** A `GPU` whose adapters' devices are noted. */
function watching(gpu: GPU, devices: GPUDevice[]): GPU {
  const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
    const adapter = await gpu.requestAdapter(options);
    if (adapter === null) return null;
    const { info, features, limits } = adapter;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const device = await adapter.requestDevice(descriptor);
      devices.push(device);
      return device;
    };
    return { info, features, limits, requestDevice } as GPUAdapter;
  };
  return { requestAdapter } as GPU;
}
