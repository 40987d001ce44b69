// An exported model in onnxruntime: images in, logits out.
import type { InferenceSession } from "onnxruntime-node";
import { ClassifierTrainingError, type HostTensor, hostTensor, isShared } from "../core/index.ts";
import { readBytes } from "../platform/index.ts";
import { loadOnnxLibrary, onnxPlatform } from "../platform/onnxruntime.ts";

/** A loaded model. */
export interface OnnxSession {
  readonly inputName: string;
  readonly outputName: string;
  /** @param images [N, 3, H, W], or the pixels that the model takes @returns [N, num_classes] */
  run(images: HostTensor<"float32"> | HostTensor<"uint8">): Promise<HostTensor<"float32">>;
  /** Every output of the model, by name. */
  runAll(
    images: HostTensor<"float32"> | HostTensor<"uint8">,
  ): Promise<ReadonlyMap<string, HostTensor<"float32">>>;
  dispose(): Promise<void>;
}

/** Bytes of a model file. @throws ClassifierTrainingError kind "data" `MODEL_MISSING`. */
export async function readModel(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (error) {
    throw new ClassifierTrainingError("data", "MODEL_MISSING", "the model cannot be read", {
      where: path,
      hint: "give the model.onnx of a run's folder",
      cause: error,
    });
  }
}

/**
 * Loads a model with one input and one output.
 * @param threads default: onnxruntime's own choice, the physical cores
 * @param sleeping whether they sleep until there is work: by default they wait busily, which answers sooner and takes the processor from
 * whoever else has work
 * @throws ClassifierTrainingError kind "data" `MODEL_INVALID`.
 */
export async function openOnnxSession(
  bytes: Uint8Array,
  name: string,
  threads?: number,
  sleeping = false,
): Promise<OnnxSession> {
  const { InferenceSession, Tensor } = await loadOnnxLibrary();
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      executionProviders: [onnxPlatform.provider],
      logSeverityLevel: 3,
      ...(sleeping ? { extra: { session: { intra_op: { allow_spinning: "0" } } } } : {}),
    });
  } catch (error) {
    throw new ClassifierTrainingError("data", "MODEL_INVALID", (error as Error).message, {
      where: name,
      hint: "is this an ONNX file?",
      cause: error,
    });
  }
  const [inputName, outputName] = [session.inputNames[0]!, session.outputNames[0]!];
  const runAll: OnnxSession["runAll"] = async ({ dtype, shape, data: given }) => {
    // The library takes no shared memory.
    const data = isShared(given.buffer) ? given.slice() : given;
    const results = await session.run({
      [inputName]: new Tensor(dtype, data as never, [...shape]) as never,
    });
    const tensors = Object.entries(results).map(([name, { dims, data: values }]) => {
      const tensor = hostTensor("float32", [...dims], Float32Array.from(values as Float32Array));
      return [name, tensor] as const;
    });
    return new Map(tensors);
  };
  return {
    inputName,
    outputName,
    run: async (images) => (await runAll(images)).get(outputName)!,
    runAll,
    dispose: () => session.release(),
  };
}
