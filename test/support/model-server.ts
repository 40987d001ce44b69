// A server in this process, of a model that is small and untrained, whose threads can be got at.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { exportModel } from "../../src/export/index.ts";
import { encodeJpeg } from "../../src/image/index.ts";
import {
  Conv2d,
  Flatten,
  GlobalAvgPool2d,
  initialState,
  Linear,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { ModelServer, SERVE_DEFAULTS, type ServeOptions } from "../../src/serve/index.ts";
import { defaultEvalTransforms, describePreprocessing } from "../../src/transforms/index.ts";

const SIZE = 16;

/** The server, and what belongs to it. */
export interface ServerInProcess extends AsyncDisposable {
  readonly url: string;
  readonly server: ModelServer;
  /** The file of its model, "small". */
  readonly model: string;
  /** Lines for whoever runs it. */
  readonly notes: readonly string[];
  /** The threads that decode, then those that compute, as they were started. */
  readonly threads: readonly Worker[];
}

/** Serves the model "small" of classes a, b, c with one thread that decodes. */
export async function serverInProcess(options: Partial<ServeOptions> = {}): Promise<ServerInProcess> {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-serve-"));
  const model = join(folder, "small.onnx");
  await writeFile(model, await smallModel());
  const [notes, threads]: [string[], Worker[]] = [[], []];
  const started = (worker: Worker): void => void threads.push(worker);
  process.on("worker", started);
  const server = await ModelServer.start(
    [{ name: "small", path: model }],
    { ...SERVE_DEFAULTS, workers: 1, port: 0, reloadMs: 50, ...options },
    { note: (line) => void notes.push(line), log: () => undefined, version: "0.0.0" },
  );
  return {
    ...{ url: server.url, server, model, notes, threads },
    async [Symbol.asyncDispose]() {
      await server.stop(0);
      process.off("worker", started);
      await rm(folder, { recursive: true });
    },
  };
}

/** The bytes of a model of random weights. */
/** An exported network of classes a, b, c. */
export async function smallModel(): Promise<Uint8Array> {
  const network = new Sequential(
    new Conv2d(3, 8, 3, { stride: 2 }),
    new ReLU(),
    new GlobalAvgPool2d(),
    new Flatten(),
    new Linear(8, 3),
  );
  return exportModel({
    network,
    weights: await initialState(network, 3),
    classNames: ["a", "b", "c"],
    modelName: "small",
    preprocessing: describePreprocessing(defaultEvalTransforms(SIZE)),
    imageSize: [SIZE, SIZE],
  }).bytes;
}

/** A grey JPEG. */
export async function greyPicture(side = 32): Promise<Buffer<ArrayBuffer>> {
  const data = new Uint8Array(side * side * 3).fill(128);
  return Buffer.from(await encodeJpeg({ width: side, height: side, data }, 90));
}

/** Asks the model "small" for a prediction. */
export function predictionOf(
  { url }: { readonly url: string },
  body: Buffer<ArrayBuffer> | FormData | string,
  type?: string,
): Promise<Response> {
  const headers = type === undefined ? {} : { "content-type": type };
  return fetch(`${url}/v1/models/small:predict`, { method: "POST", body, headers });
}
