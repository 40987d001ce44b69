// The thread of one loaded model: tensors in, predictions out.
import { parentPort } from "node:worker_threads";
import { hostTensor, zeros } from "../../core/index.ts";
import { Classifier, readModel } from "../../inference/index.ts";
import { sha256 } from "../../platform/index.ts";
import { serveRequests } from "../../runtime/threaded/index.ts";
import type { ClassifierRequests } from "./protocol.ts";

let classifier: Classifier | undefined;
let shape: readonly number[] = [];

serveRequests<ClassifierRequests>(parentPort!, {
  async open({ path, labelsPath, threads }) {
    const bytes = await readModel(path);
    classifier = await Classifier.load(bytes, { labelsPath, threads, name: path });
    const { labels, calibration } = classifier;
    shape = [3, ...labels.image_size];
    // The first run allocates; and a network that cannot compute at all is not served.
    await classifier.predict([zeros("float32", shape)]);
    return {
      labels,
      bytes: bytes.length,
      sha256: await sha256().update(bytes).digest(),
      calibrated: calibration !== undefined,
    };
  },
  classify: ({ tensors, topK }) =>
    classifier!.predict(
      tensors.map((data) => hostTensor("float32", shape, data)),
      topK,
    ),
  async close() {
    await classifier?.dispose();
    classifier = undefined;
    return undefined;
  },
});
