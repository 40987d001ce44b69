import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/index.ts";
import { reshape, type Value } from "../graph/index.ts";
import { Classifier } from "../inference/index.ts";
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  GlobalAvgPool2d,
  initialState,
  Linear,
  Module,
  ReLU,
  Sequential,
} from "../nn/index.ts";
import { decodeModel, encodeModel, modelInputs, modelMetadata } from "../onnx/index.ts";
import { type Compose, defaultEvalTransforms, describePreprocessing } from "../transforms/index.ts";
import { type ExportRequest, exportModel, floatModel, takingInput, verifyPixelInput } from "./index.ts";

const SIZE = 32;

const convolutional = (): Module =>
  new Sequential(
    new Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2d(8),
    new ReLU(),
    new GlobalAvgPool2d(),
    new Flatten(),
    new Linear(8, 3),
  );

/** Takes the places of its map to be so many. */
class FixedMap extends Module {
  readonly convolution = new Conv2d(3, 8, 4, { stride: 4 });
  readonly fc = new Linear(8 * (SIZE / 4) ** 2, 3);
  override forward(x: Value): Value {
    const map = this.convolution.call(x);
    return this.fc.call(reshape(map, [x.shape[0]!, -1]));
  }
}

async function request(
  network: Module,
  transform: Compose = defaultEvalTransforms(SIZE),
): Promise<ExportRequest> {
  return {
    network,
    weights: await initialState(network, 3),
    classNames: ["a", "b", "c"],
    modelName: "small",
    preprocessing: describePreprocessing(transform),
    imageSize: [SIZE, SIZE],
  };
}

function picture(width: number, height: number): { width: number; height: number; data: Uint8Array } {
  const random = new RandomStream(width, "picture");
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)) };
}

async function logitsOf(bytes: Uint8Array, size: readonly [number, number]): Promise<number[]> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const random = new RandomStream(5, "input");
  const data = Float32Array.from({ length: 3 * size[0] * size[1] }, () => random.normal());
  const { logits } = await session.run({ input: new Tensor("float32", data, [1, 3, ...size]) });
  await session.release();
  return Array.from(logits!.data as Float32Array);
}

describe("height and width", () => {
  test("are free where the network takes any", async () => {
    const own = await request(convolutional());
    const { bytes } = exportModel({ ...own, dynamicSize: true });
    expect(modelInputs(decodeModel(bytes))[0]!.shape).toEqual(["batch_size", 3, "height", "width"]);
    const fixed = exportModel({ ...own, imageSize: [40, 24] }).bytes;
    expect(await logitsOf(bytes, [40, 24])).toEqual(await logitsOf(fixed, [40, 24]));
  });

  test("are not where it does not, and it is said why in a line", async () => {
    const own = await request(new FixedMap());
    expect(() => exportModel({ ...own, dynamicSize: true })).toThrow(
      /^small takes pictures of 32 x 32 only: at 64 x 96, .+/,
    );
  });
});

describe("a model that takes pixels", () => {
  test.each(["pixels", "pixels-batch"] as const)("%s: answers as the one that does not", async (input) => {
    const own = await request(convolutional());
    const outside = exportModel(own).bytes;
    const inside = exportModel({ ...own, input }).bytes;
    const model = decodeModel(inside);
    const batch = input === "pixels" ? [] : ["batch_size"];
    expect(modelInputs(model)).toEqual([
      { name: "pixels", dtype: "uint8", shape: [...batch, "height", "width", 3] },
    ]);
    expect(modelMetadata(model).get("input")).toBe(input);
    expect(await verifyPixelInput(inside, outside, { preprocessing: own.preprocessing, input })).toBeLessThan(
      1e-3,
    );

    await using a = await Classifier.load(inside);
    await using b = await Classifier.load(outside);
    const pictures = [picture(50, 31), picture(31, 77), picture(50, 31)];
    const [own3, other3] = [await a.predict(pictures), await b.predict(pictures)];
    for (const [i, predictions] of own3.entries()) {
      expect(predictions.map(({ label }) => label)).toEqual(other3[i]!.map(({ label }) => label));
      for (const [k, { confidence }] of predictions.entries())
        expect(confidence).toBeCloseTo(other3[i]![k]!.confidence, 3);
    }
  });

  test("takes several pictures of one size", async () => {
    const own = await request(convolutional());
    const session = await InferenceSession.create(exportModel({ ...own, input: "pixels-batch" }).bytes);
    const images = [picture(40, 50), picture(40, 50)];
    const data = Uint8Array.from([...images[0]!.data, ...images[1]!.data.map((level) => 255 - level)]);
    const { logits } = await session.run({ pixels: new Tensor("uint8", data, [2, 50, 40, 3]) });
    expect(logits!.dims).toEqual([2, 3]);
    const { logits: alone } = await session.run({
      pixels: new Tensor("uint8", images[0]!.data, [1, 50, 40, 3]),
    });
    const [both, one] = [logits!.data, alone!.data] as Float32Array[];
    for (const [i, value] of one!.entries()) expect(both![i]).toBeCloseTo(value, 5);
    await session.release();
  });

  test("in float16 and from a file that is there already", async () => {
    const own = await request(convolutional());
    const outside = exportModel({ ...own, precision: "float16" }).bytes;
    const inside = encodeModel(takingInput(decodeModel(outside), own.preprocessing, "pixels"));
    expect(
      await verifyPixelInput(inside, outside, { preprocessing: own.preprocessing, input: "pixels" }),
    ).toBeLessThan(2e-3);
  });

  test("is another one where the transforms are others", async () => {
    const own = await request(convolutional());
    const inside = exportModel({ ...own, input: "pixels" }).bytes;
    const other = describePreprocessing(
      defaultEvalTransforms(SIZE, { mean: [0, 0, 0], std: [0.1, 0.1, 0.1] }),
    );
    const run = verifyPixelInput(inside, exportModel(own).bytes, { preprocessing: other, input: "pixels" });
    await expect(run).rejects.toThrow(/^the exported model is not what was trained: with pixels/);
  });
});

test("half of the size in float16", async () => {
  const own = await request(new FixedMap());
  const [whole, half] = [exportModel(own).bytes, exportModel({ ...own, precision: "float16" }).bytes];
  const weights = floatModel(own).model.graph!.initializer.reduce(
    (sum, { rawData }) => sum + rawData.length,
    0,
  );
  expect(whole.length - half.length).toBeGreaterThan(weights / 2 - 400);
  const [a, b] = [await logitsOf(whole, [SIZE, SIZE]), await logitsOf(half, [SIZE, SIZE])];
  for (const [i, logit] of a.entries()) expect(b[i]).toBeCloseTo(logit, 2);
});
