// What an adapter reaches at most: multiplications with additions in registers, and copies of memory.
import { loadDawn } from "../../src/runtime/webgpu/index.ts";

/** Rates of an adapter. */
export interface Peak {
  readonly name: string;
  readonly gigaflops: number;
  readonly gigabytesPerSecond: number;
}

const STORAGE = 0x80;
const READ = { usage: 0x0009, mode: 0x0001 } as const;
const RUNS = 5;

/** Sixteen independent chains of vectors in each invocation, so that no unit waits for a result. */
const CHAINS = 16;
const multiplications = (rounds: number): string => {
  const all = (text: (i: number) => string): string =>
    Array.from({ length: CHAINS }, (_, i) => text(i)).join(" ");
  return `@group(0) @binding(0) var<storage, read_write> numbers: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = numbers[id.x];
  ${all((i) => `var c${i} = x * ${i + 1}.0;`)}
  for (var round = 0u; round < ${rounds}u; round++) { ${all((i) => `c${i} = fma(c${i}, x, x);`)} }
  numbers[id.x] = ${Array.from({ length: CHAINS }, (_, i) => `c${i}`).join(" + ")};
}`;
};
const COPY = `@group(0) @binding(0) var<storage, read_write> numbers: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  numbers[id.x + grid.x * 64u] = numbers[id.x];
}`;

/** Measures the adapter that the runtime takes by itself. */
export async function measurePeak(): Promise<Peak> {
  const gpu = await loadDawn();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("there is no adapter");
  const device = await adapter.requestDevice();
  const { device: name, isFallbackAdapter } = adapter.info;
  const isSlow = isFallbackAdapter || /swiftshader|llvmpipe/i.test(name);
  const invocations = isSlow ? 4096 : 2 ** 21;
  const rounds = isSlow ? 64 : 512;
  const buffer = device.createBuffer({ size: 2 * 16 * invocations, usage: STORAGE | 0x4 });
  const back = device.createBuffer({ size: 16, usage: READ.usage });
  const seconds = async (code: string): Promise<number> => {
    const pipeline = await device.createComputePipelineAsync({
      layout: "auto",
      compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
    });
    const layout = pipeline.getBindGroupLayout(0);
    const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
    const run = async (times: number): Promise<number> => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(invocations / 64);
      pass.end();
      encoder.copyBufferToBuffer(buffer, 0, back, 0, 16);
      const begin = performance.now();
      device.queue.submit([encoder.finish()]);
      await back.mapAsync(READ.mode);
      back.unmap();
      return (performance.now() - begin) / 1000;
    };
    // What a round trip takes falls out of the difference.
    const spans: number[] = [];
    for (let i = 0; i < RUNS; i++) spans.push(((await run(9)) - (await run(1))) / 8);
    return Math.min(...spans.filter((span) => span > 0));
  };
  const flops = 2 * 4 * CHAINS * rounds * invocations;
  const peak: Peak = {
    name: adapter.info.description || name,
    gigaflops: flops / (await seconds(multiplications(rounds))) / 1e9,
    gigabytesPerSecond: (2 * 16 * invocations) / (await seconds(COPY)) / 1e9,
  };
  device.destroy();
  return peak;
}
