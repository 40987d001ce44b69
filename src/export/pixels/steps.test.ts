import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { type HostTensor, RandomStream } from "../../core/index.ts";
import { Emitter, encodeModel } from "../../onnx/index.ts";
import {
  CenterCrop,
  Compose,
  defaultEvalTransforms,
  describePreprocessing,
  GaussianBlur,
  Grayscale,
  Letterbox,
  Pad,
  Resize,
  ToDtype,
  ToImage,
  type Transform,
} from "../../transforms/index.ts";
import { applyTransforms } from "./steps.ts";

/** Height and width of the pictures: landscape, portrait, tiny, a pixel, one that fits already. */
const SIZES = [
  [93, 157],
  [201, 66],
  [7, 11],
  [1, 1],
  [64, 64],
] as const;

function graphOf(transform: Transform): Uint8Array {
  const emit = new Emitter();
  const name = emit.graph.input("pixels", "uint8", ["n", "height", "width", 3]);
  const [height, width] = [1, 2].map((axis) => emit.node("Shape", [name], { start: axis, end: axis + 1 }));
  const first = { layout: "rows", name, height: height!, width: width! } as const;
  const result = applyTransforms(emit, first, describePreprocessing(transform).transforms);
  emit.graph.output(result.name, "levels", "float32", ["n", 3, "h", "w"]);
  return encodeModel(emit.graph.build("steps", { opset: 17, producerName: "", producerVersion: "" }));
}

const levels = (...transforms: Transform[]): Compose =>
  new Compose({ transforms: [...transforms, new ToDtype({ scale: false })] });

test.each<readonly [string, Transform]>([
  ...(["box", "bilinear", "hamming", "bicubic", "lanczos"] as const).map(
    (interpolation) =>
      [interpolation, levels(new Resize({ size: 73, interpolation }), new CenterCrop({ size: 64 }))] as const,
  ),
  ["both sides", levels(new Resize({ size: [50, 60] }))],
  ["a limit of the longer side", levels(new Resize({ size: 60, maxSize: 80 }), new CenterCrop({ size: 71 }))],
  ["the longer side alone", levels(new Resize({ size: null, maxSize: 75 }), new CenterCrop({ size: 75 }))],
  ["the picture with bars", levels(new Letterbox({ size: [48, 64] }))],
  ["the middle alone", levels(new ToImage(), new CenterCrop({ size: [41, 90] }))],
  [
    "a coloured frame, and no colours",
    levels(new Pad({ padding: [3, 4, 5, 6], fill: [9, 100, 200] }), new Grayscale()),
  ],
])("%s: within a level of the transforms outside", async (_, transform) => {
  const session = await InferenceSession.create(graphOf(transform), { logSeverityLevel: 3 });
  for (const [height, width] of SIZES) {
    const random = new RandomStream(height, "pixels");
    const data = Uint8Array.from({ length: height * width * 3 }, () => random.integer(256));
    const expected = (await transform.apply({ width, height, data }, random)) as HostTensor<"float32">;
    const given = { pixels: new Tensor("uint8", data, [1, height, width, 3]) };
    const { levels: result } = await session.run(given);
    expect(result!.dims).toEqual([1, ...expected.shape]);
    const differences = expected.data.map((level, i) =>
      Math.abs(level - Number((result!.data as Float32Array)[i])),
    );
    expect(Math.max(...differences), `${height} x ${width}`).toBeLessThan(1.01);
    const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
    expect(mean, `${height} x ${width}`).toBeLessThan(0.05);
  }
  await session.release();
});

test("normalises as outside", async () => {
  const transform = defaultEvalTransforms(32);
  const session = await InferenceSession.create(graphOf(transform), { logSeverityLevel: 3 });
  const data = new Uint8Array(48 * 40 * 3).map((_, i) => (i % 3) * 100);
  const expected = (await transform.apply(
    { width: 48, height: 40, data },
    new RandomStream(0, "x"),
  )) as HostTensor<"float32">;
  const { levels: result } = await session.run({ pixels: new Tensor("uint8", data, [1, 40, 48, 3]) });
  for (const [i, value] of (result!.data as Float32Array).entries())
    expect(value).toBeCloseTo(expected.data[i]!, 5);
  await session.release();
});

test.each([
  [new GaussianBlur({ kernelSize: 3 }), /^GaussianBlur cannot be part of a model$/],
  [new Resize({ size: 32, interpolation: "nearest" }), /^Resize by nearest cannot/],
  [new Pad({ padding: 2, paddingMode: "reflect" }), /^Pad with paddingMode reflect cannot/],
])("what has no form in ONNX is refused in a line", (transform, message) => {
  expect(() => graphOf(levels(transform))).toThrow(message);
});
