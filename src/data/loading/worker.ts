// The worker thread of the loader: prepares chunks of pictures in shared memory.
import { parentPort } from "node:worker_threads";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ReusedMemory } from "../../image/pixel-memory.ts";
import { SharedArena } from "../caching/image-cache.ts";
import { type Pipeline, pipelineFromDescription, prepareChunk } from "./pipeline.ts";
import type { SerialisedError, WorkerReply, WorkerRequest } from "./worker-messages.ts";

/** While one picture is decoded by libvips, another is transformed here. */
const CONCURRENCY = 2;

const port = parentPort!;
const arena = new SharedArena();
const spare: ReusedMemory[] = [];
const pipelines = new Map<number, Pipeline>();

port.on("message", async (request: WorkerRequest) => {
  if (request.kind === "pipeline") {
    pipelines.set(request.pipeline, pipelineFromDescription(request.description));
    return;
  }
  const { task, requests, output, shape } = request;
  try {
    const pipeline = pipelines.get(request.pipeline)!;
    const result = await prepareChunk(pipeline, requests, output, shape, CONCURRENCY, arena, spare);
    reply({ kind: "done", task, result });
  } catch (error) {
    reply({ kind: "failed", task, error: serialise(error) });
  }
});

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

function serialise(error: unknown): SerialisedError {
  if (error instanceof ClassifierTrainingError) {
    const { kind, code, message, where, hint, stack } = error;
    return { kind, code, message, where, hint, stack };
  }
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { kind: "failure", code: "WORKER_FAILED", message, where: undefined, hint: undefined, stack };
}
