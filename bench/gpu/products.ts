// Rates of convolutions by tile: which one suits which shape on the adapter at hand.
import { hostTensor, RandomStream, type Shape, sizeOf } from "../../src/core/index.ts";
import {
  type Conv2dParams,
  conv2d,
  createProgram,
  Graph,
  readVariable,
  reduceSum,
  storageOf,
  type Value,
} from "../../src/graph/index.ts";
import { conv2dOutputShape } from "../../src/graph/ops/convolution.ts";
import {
  createWebGpuRuntime,
  loadDawn,
  type Tile,
  type WebGpuExecutable,
} from "../../src/runtime/webgpu/index.ts";

interface Product {
  readonly name: string;
  readonly input: Shape;
  readonly weight: Shape;
  readonly stride: number;
}

function product(inputs: number, outputs: number, kernel: number, stride: number, size: number): Product {
  return {
    name: `${inputs}->${outputs} ${kernel}x${kernel}/${stride} ${size}`,
    input: [64, inputs, size, size],
    weight: [outputs, inputs, kernel, kernel],
    stride,
  };
}

const PRODUCTS: readonly Product[] = [
  product(3, 64, 7, 2, 224),
  product(64, 64, 3, 1, 56),
  product(128, 128, 3, 1, 28),
  product(256, 256, 3, 1, 14),
  product(512, 512, 3, 1, 7),
  product(128, 256, 3, 2, 28),
  product(64, 256, 1, 1, 56),
  product(256, 64, 1, 1, 56),
  product(1024, 256, 1, 1, 14),
  product(256, 1024, 1, 1, 14),
];

const base = { depth: 16, blockRows: 8, blockColumns: 8, unroll: 4, readsAlways: true } as const;

const TILES: Readonly<Record<string, Tile>> = {
  "128x128": { ...base, rows: 128, columns: 128 },
  "128x128 branches": { ...base, rows: 128, columns: 128, readsAlways: false },
  "128x128 loop": { ...base, rows: 128, columns: 128, unroll: 1 },
  "128x128 unrolled": { ...base, rows: 128, columns: 128, unroll: 16 },
  "128x128x8": { ...base, rows: 128, columns: 128, depth: 8 },
  "128x64": { ...base, rows: 128, columns: 64 },
  "128x64 of 8x4": { ...base, rows: 128, columns: 64, blockColumns: 4 },
  "64x64 of 8x4": { ...base, rows: 64, columns: 64, blockColumns: 4 },
  "64x64 of 8x8": { ...base, rows: 64, columns: 64 },
  "64x128": { ...base, rows: 64, columns: 128 },
};

export interface ProductTime {
  readonly tile: string;
  readonly label: string;
  readonly milliseconds: number;
  readonly teraflops: number;
}

/** Every product with every tile, all directions; the shortest of a few runs. */
export async function timeProducts(): Promise<ProductTime[]> {
  const times: ProductTime[] = [];
  for (const [name, tile] of Object.entries(TILES)) {
    try {
      times.push(...(await timeTile(name, tile)));
    } catch (error) {
      console.log(`${name}: ${String(error)}`);
    }
  }
  return times;
}

async function timeTile(name: string, tile: Tile): Promise<ProductTime[]> {
  const runtime = createWebGpuRuntime(loadDawn, { tile });
  const elements = Math.max(...PRODUCTS.map(({ input }) => sizeOf(input)));
  const storage = storageOf("numbers", [{ name: "numbers", dtype: "float32", shape: [elements] }]);
  const session = await runtime.open({ storages: [storage] });
  const random = new RandomStream(0, "products");
  const period = Float32Array.from({ length: 65_537 }, () => random.normal());
  const numbers = Float32Array.from({ length: elements }, (_, i) => period[i % period.length]!);
  await session.write([
    { variable: storage.members[0]!, tensor: hostTensor("float32", [elements], numbers) },
  ]);
  const begin = performance.now();
  const executables = await Promise.all(
    PRODUCTS.map(async (one) => (await session.compile(programOf(one, storage.name))) as WebGpuExecutable),
  );
  const compiled = performance.now() - begin;
  const times: ProductTime[] = [];
  for (const executable of executables) {
    const runs = [];
    for (let i = 0; i < 4; i++) runs.push(await executable.profile({}));
    for (const [i, { work, label, flops = 0 }] of runs[0]!.entries()) {
      if (work !== "convolution") continue;
      const milliseconds = Math.min(...runs.map((run) => run[i]!.milliseconds));
      times.push({ tile: name, label, milliseconds, teraflops: flops / milliseconds / 1e9 });
    }
    await executable.dispose();
  }
  const rates = times.map(({ teraflops }) => teraflops.toFixed(0)).join(" ");
  console.log(`${name.padEnd(18)} (compiled in ${(compiled / 1000).toFixed(1)} s) TFLOP/s ${rates}`);
  await session.dispose();
  return times;
}

/** A convolution and its gradients over the same numbers. */
function programOf({ name, input, weight, stride }: Product, storage: string) {
  const graph = new Graph();
  const read = (shape: Shape): Value =>
    readVariable(graph, { name: "numbers", dtype: "float32", shape, storage, offset: 0 });
  const kernel = weight[2]!;
  const params: Conv2dParams = {
    stride: [stride, stride],
    padding: [Math.floor(kernel / 2), Math.floor(kernel / 2)],
    dilation: [1, 1],
    groups: 1,
  };
  const x = read(input);
  const w = read(weight);
  const y = conv2d(x, w, undefined, params);
  const dy = read(conv2dOutputShape(input, weight, params) as Shape);
  const dx = graph.append("conv2dInputGrad", [dy, w], { ...params, inputShape: input })[0]!;
  const dw = graph.append("conv2dWeightGrad", [x, dy], { ...params, weightShape: weight })[0]!;
  const outputs = { y: reduceSum(y), dx: reduceSum(dx), dw: reduceSum(dw) };
  return createProgram({ name, outputs });
}
