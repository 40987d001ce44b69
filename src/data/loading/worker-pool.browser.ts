// A page prepares pictures in the thread that trains, which is best a web worker of its own.
import { ClassifierTrainingError, type Shape } from "../../core/index.ts";
import type { ChunkResult, Pipeline, SampleRequest } from "./pipeline.ts";

/** None. */
export function defaultWorkers(): number {
  return 0;
}

/** There are no such threads in a page. */
export class WorkerPool {
  readonly size = 0;

  /** @throws ClassifierTrainingError kind "usage", `WORKERS`, always */
  static async start(size: number): Promise<WorkerPool> {
    throw new ClassifierTrainingError("usage", "WORKERS", `a page cannot start ${size} data workers`, {
      where: "data.num_workers",
      hint: "leave numWorkers out, and train in a web worker",
    });
  }

  async prepare(
    _pipeline: Pipeline,
    _requests: readonly SampleRequest[],
    _output: Float32Array,
    _shape: Shape,
  ): Promise<ChunkResult> {
    return { bad: [], prepared: [] };
  }

  async close(): Promise<void> {}
}
