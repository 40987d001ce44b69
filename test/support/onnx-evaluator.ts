// Computes small ONNX models in float64 by their operators' definitions, node by node: what a runtime that fuses must agree with.
import type { HostTensor } from "../../src/core/index.ts";
import { fromTensorProto, type ModelProto, type NodeProto } from "../../src/onnx/index.ts";

interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The first output for one input. */
export function evaluateOnnx(model: ModelProto, input: HostTensor<"float32">): Values {
  const { graph } = model;
  const values = new Map<string, Values>();
  for (const proto of graph!.initializer) {
    const { shape, data } = fromTensorProto(proto);
    values.set(proto.name, { shape, data: Float64Array.from(data as ArrayLike<number>, Number) });
  }
  values.set(graph!.input[0]!.name, { shape: input.shape, data: Float64Array.from(input.data) });
  for (const node of graph!.node) {
    const operands = node.input.map((name) => values.get(name)!);
    values.set(node.output[0]!, evaluate(node, operands));
  }
  return values.get(graph!.output[0]!.name)!;
}

const ints = ({ attribute }: NodeProto, name: string, otherwise: number[]): number[] => {
  const found = attribute.find((one) => one.name === name);
  return found === undefined ? otherwise : found.ints.length > 0 ? found.ints.map(Number) : [Number(found.i)];
};

const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};

function evaluate(node: NodeProto, [x, y, z]: readonly Values[]): Values {
  const { shape, data } = x!;
  switch (node.opType) {
    case "Identity":
    case "Cast":
      return x!;
    case "Relu":
      return { shape, data: data.map((v) => Math.max(0, v)) };
    case "Clip":
      return { shape, data: data.map((v) => Math.min(z!.data[0]!, Math.max(y!.data[0]!, v))) };
    case "Sigmoid":
      return { shape, data: data.map((v) => 1 / (1 + Math.exp(-v))) };
    case "Add":
      return broadcast(x!, y!, (a, b) => a + b);
    case "Mul":
      return broadcast(x!, y!, (a, b) => a * b);
    case "Max":
      return broadcast(x!, y!, Math.max);
    case "Flatten":
      return { shape: [shape[0]!, data.length / shape[0]!], data };
    case "QuantizeLinear":
      return {
        shape,
        data: data.map((v) =>
          Math.min(255, Math.max(0, roundHalfEven(Math.fround(v / y!.data[0]!)) + z!.data[0]!)),
        ),
      };
    case "DequantizeLinear": {
      const axis = ints(node, "axis", [1])[0]!;
      const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
      const at = (i: number): number => (y!.data.length === 1 ? 0 : Math.floor(i / inner) % y!.data.length);
      return { shape, data: data.map((v, i) => (v - (z?.data[at(i)] ?? 0)) * y!.data[at(i)]!) };
    }
    case "GlobalAveragePool": {
      const size = shape[2]! * shape[3]!;
      const means = Float64Array.from({ length: shape[0]! * shape[1]! }, (_, i) => {
        return data.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b) / size;
      });
      return { shape: [shape[0]!, shape[1]!, 1, 1], data: means };
    }
    case "MaxPool":
      return windows(node, x!, (taps) => Math.max(...taps));
    case "Gemm":
      return product(x!, y!, ints(node, "transB", [0])[0] === 1, z);
    case "Conv":
      return convolve(node, x!, y!, z);
    default:
      throw new Error(`${node.opType} is not known here`);
  }
}

function broadcast(a: Values, b: Values, f: (a: number, b: number) => number): Values {
  const rank = Math.max(a.shape.length, b.shape.length);
  const padded = [a, b].map(({ shape }) => [...new Array(rank - shape.length).fill(1), ...shape] as number[]);
  const shape = padded[0]!.map((size, axis) => Math.max(size, padded[1]![axis]!));
  const data = new Float64Array(shape.reduce((p, q) => p * q, 1));
  const place = (i: number, own: number[]): number => {
    let [rest, at, stride] = [i, 0, 1];
    for (let axis = rank - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = (rest - index) / shape[axis]!;
      if (own[axis] !== 1) at += index * stride;
      stride *= own[axis]!;
    }
    return at;
  };
  for (let i = 0; i < data.length; i++)
    data[i] = f(a.data[place(i, padded[0]!)]!, b.data[place(i, padded[1]!)]!);
  return { shape, data };
}

function product(a: Values, b: Values, transposed: boolean, bias: Values | undefined): Values {
  const [rows, inner] = a.shape as [number, number];
  const columns = b.shape[transposed ? 0 : 1]!;
  const data = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      let sum = bias?.data[c] ?? 0;
      for (let k = 0; k < inner; k++)
        sum += a.data[r * inner + k]! * b.data[transposed ? c * inner + k : k * columns + c]!;
      data[r * columns + c] = sum;
    }
  return { shape: [rows, columns], data };
}

function windows(node: NodeProto, { shape, data }: Values, f: (taps: number[]) => number): Values {
  const [kernel, [strideY, strideX], [top, left]] = [
    ints(node, "kernel_shape", []),
    ints(node, "strides", [1, 1]) as [number, number],
    ints(node, "pads", [0, 0, 0, 0]) as [number, number],
  ];
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const rows = Math.floor((height + 2 * top - kernel[0]!) / strideY) + 1;
  const columns = Math.floor((width + 2 * left - kernel[1]!) / strideX) + 1;
  const result = new Float64Array(batch * channels * rows * columns);
  for (let i = 0; i < result.length; i++) {
    const [column, row, map] = [i % columns, Math.floor(i / columns) % rows, Math.floor(i / columns / rows)];
    const taps: number[] = [];
    for (let ky = 0; ky < kernel[0]!; ky++)
      for (let kx = 0; kx < kernel[1]!; kx++) {
        const [y, x] = [row * strideY + ky - top, column * strideX + kx - left];
        if (y >= 0 && y < height && x >= 0 && x < width) taps.push(data[(map * height + y) * width + x]!);
      }
    result[i] = f(taps);
  }
  return { shape: [batch, channels, rows, columns], data: result };
}

function convolve(node: NodeProto, x: Values, weight: Values, bias: Values | undefined): Values {
  const group = ints(node, "group", [1])[0]!;
  const [strideY, strideX] = ints(node, "strides", [1, 1]) as [number, number];
  const [top, left] = ints(node, "pads", [0, 0, 0, 0]) as [number, number];
  const [batch, , height, width] = x.shape as [number, number, number, number];
  const [filters, depth, kernelY, kernelX] = weight.shape as [number, number, number, number];
  const rows = Math.floor((height + 2 * top - kernelY) / strideY) + 1;
  const columns = Math.floor((width + 2 * left - kernelX) / strideX) + 1;
  const data = new Float64Array(batch * filters * rows * columns);
  for (let i = 0; i < data.length; i++) {
    const [column, row] = [i % columns, Math.floor(i / columns) % rows];
    const filter = Math.floor(i / columns / rows) % filters;
    const sample = Math.floor(i / columns / rows / filters);
    const first = Math.floor(filter / (filters / group)) * depth;
    let sum = bias?.data[filter] ?? 0;
    for (let c = 0; c < depth; c++)
      for (let ky = 0; ky < kernelY; ky++)
        for (let kx = 0; kx < kernelX; kx++) {
          const [y, xx] = [row * strideY + ky - top, column * strideX + kx - left];
          if (y < 0 || y >= height || xx < 0 || xx >= width) continue;
          const pixel = x.data[((sample * depth * group + first + c) * height + y) * width + xx]!;
          sum += pixel * weight.data[((filter * depth + c) * kernelY + ky) * kernelX + kx]!;
        }
    data[i] = sum;
  }
  return { shape: [batch, filters, rows, columns], data };
}
