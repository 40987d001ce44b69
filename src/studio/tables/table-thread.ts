// Reads large tables in a thread, so that the studio answers meanwhile: it is started when it is first needed, and again after it died.
import { ClassifierTrainingError, LabelSets, type SampleLabels } from "../../core/index.ts";
import type { NamedParts } from "../../data/index.ts";
import { startThread } from "../../platform/threads.ts";
import { RequestThread, ThreadLost } from "../../serve/index.ts";
import type {
  MistakesRequest,
  PartName,
  RankedLabels,
  RunMistakes,
  TableRequests,
  ToldLabels,
} from "./protocol.ts";

/** Names that are told at once: in some milliseconds. */
const SLICE = 2000;

/** One thread for all tables; it works on one request after another. */
export class TableThread implements AsyncDisposable {
  readonly #pictures: NamedParts | undefined;
  #thread: RequestThread<TableRequests> | undefined;
  /** Whether the thread knows the open pictures. */
  #isTold: Promise<void> | undefined;

  /** @param pictures that are open, as they were opened */
  constructor(pictures: NamedParts | undefined) {
    this.#pictures = pictures;
  }

  /**
   * Ranks the labels of the open pictures by the predictions in a folder.
   * @throws ClassifierTrainingError as `readPredictedPictures` does; kind "failure" `TABLES_LOST` where the thread died of it
   */
  async rank(folder: string): Promise<RankedLabels> {
    const thread = this.#started();
    this.#isTold ??= this.#tell(thread);
    await this.#isTold.catch(said);
    return thread.ask("rank", { folder }).catch(said);
  }

  /** Counts what a run's validation takes for what. @throws ClassifierTrainingError kind "failure" `TABLES_LOST` */
  mistakes(request: MistakesRequest): Promise<RunMistakes> {
    return this.#started().ask("mistakes", request).catch(said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const thread = this.#thread;
    this.#forget();
    await thread?.end();
  }

  #started(): RequestThread<TableRequests> {
    if (this.#thread !== undefined) return this.#thread;
    const worker = startThread("./read-tables", import.meta.url);
    worker.unref();
    this.#thread = new RequestThread(worker, () => this.#forget());
    return this.#thread;
  }

  #forget(): void {
    this.#thread = undefined;
    this.#isTold = undefined;
  }

  async #tell(thread: RequestThread<TableRequests>): Promise<void> {
    const { root = "", ...parts } = this.#pictures!;
    for (const part of ["train", "val", "test"] satisfies PartName[]) {
      const dataset = parts[part];
      if (dataset === undefined) continue;
      const { classes, labels } = dataset;
      await thread.ask("part", { part, classes, labels: told(labels), root });
      for (let from = 0; from < labels.length; from += SLICE) {
        const count = Math.min(SLICE, labels.length - from);
        const names = Array.from({ length: count }, (_, i) => dataset.name(from + i));
        await thread.ask("names", { part, names });
      }
    }
  }
}

function told(labels: SampleLabels): ToldLabels {
  return labels instanceof LabelSets ? { width: labels.width, data: labels.data } : labels;
}

function said(error: unknown): never {
  if (!(error instanceof ThreadLost)) throw error;
  const message = `the thread that reads tables ended: ${error.message}`;
  throw new ClassifierTrainingError("failure", "TABLES_LOST", message, {
    hint: "ask again: the next request starts another",
  });
}
