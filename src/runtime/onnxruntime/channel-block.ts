// How many channels lie side by side in the layout that onnxruntime's kernels for this processor have of their own.
import { BLOCKED_DOMAIN, Emitter, encodeModel, OPSET } from "../../onnx/index.ts";
import { type OnnxLibrary, onnxPlatform } from "../../platform/onnxruntime.ts";

/** More than any processor's block, and a multiple of all. */
const CHANNELS = 64;

const known = new WeakMap<OnnxLibrary, Promise<number | undefined>>();

/** Channels in a block; undefined where the library has no such kernels. It does not say: two pixels are put into blocks to see. */
export function channelBlock(library: OnnxLibrary): Promise<number | undefined> {
  const block = known.get(library) ?? measure(library).catch(() => undefined);
  known.set(library, block);
  return block;
}

async function measure({ InferenceSession, Tensor }: OnnxLibrary): Promise<number | undefined> {
  if (onnxPlatform.provider !== "cpu") return undefined;
  const shape = [1, CHANNELS, 1, 2];
  const emit = new Emitter();
  const pixels = emit.graph.input("pixels", "float32", shape);
  const blocks = emit.node("ReorderInput", [pixels], {}, BLOCKED_DOMAIN);
  const name = emit.graph.output(blocks, "blocks", "float32", shape);
  const model = emit.graph.build("blocks", {
    opset: OPSET,
    domains: { [BLOCKED_DOMAIN]: 1 },
    producerName: "classifier-training",
    producerVersion: "",
  });
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 });
  const numbers = Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i);
  const results = await session.run({ [pixels]: new Tensor("float32", numbers, shape) });
  await session.release();
  // The second pixel of the first channel comes after the first one of all channels of the block.
  const block = (results[name]!.data as Float32Array).indexOf(1);
  return block > 1 ? block : undefined;
}
