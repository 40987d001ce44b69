// Logs a run to an MLflow tracking server, in the background; training does not wait for it and does not need it.
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod";
import { parseOptions, readCsv, withoutPasswords } from "../core/index.ts";
import { writeDurably } from "../platform/index.ts";
import type { FitStatus, Logger, LogRow } from "../train/index.ts";
import { Delivery } from "./delivery.ts";
import {
  MLFLOW_LIMITS,
  MLflowClient,
  type MLflowMetric,
  MLflowRefusal,
  type MLflowRun,
  type MLflowStatus,
  type MLflowText,
} from "./mlflow-client.ts";

const schema = z.strictObject({
  saveDir: z.string().min(1),
  trackingUri: z
    .string()
    .refine(
      (address) => /^https?:\/\/./i.test(address) && URL.canParse(address),
      "must be the http:// or https:// address of a server (start one: mlflow server)",
    ),
  experimentName: z.string().min(1).default("classifier-training"),
  runName: z.string().min(1).nullable().default(null),
  tags: z.record(z.string(), z.string()).default({}),
});

/** Which server, which experiment, and how long it is waited for. */
export interface MLflowLoggerOptions {
  /** The run's folder: its settings (`.hydra/origins.csv`) become parameters; what could not be sent is kept in it. */
  readonly saveDir: string;
  /** Address of a tracking server, such as `http://127.0.0.1:5000`. */
  readonly trackingUri: string;
  /** Default `classifier-training`; made where there is none. */
  readonly experimentName?: string;
  /** Default: the name of the run's folder. */
  readonly runName?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  /** Receives lines for a person; default: standard error. */
  readonly write?: (line: string) => void;
  /** Milliseconds before further attempts; default: as `Delivery` has it. */
  readonly pauses?: readonly number[];
  /** Milliseconds that the end of a run waits for the server at most; default 15 seconds. */
  readonly patience?: number;
}

/** Something to send; what is kept on the disk is one of these a line. */
type Item = { readonly metric: MLflowMetric } | { readonly param: MLflowText } | { readonly picture: string };

const STATUS: Readonly<Record<FitStatus, MLflowStatus>> = {
  completed: "FINISHED",
  stopped: "FINISHED",
  interrupted: "KILLED",
  failed: "FAILED",
};
const PATIENCE = 15_000;

/**
 * Metrics of every row, all settings as parameters, pictures as artifacts. A resumed run goes on with the same run of
 * MLflow, found by `mlflow.json`; as MLflow forgets nothing, steps that were lost and made again are there twice. What
 * the server does not take after some attempts is kept in `mlflow-unsent.jsonl`, with one warning and a count at the end.
 */
export class MLflowLogger implements Logger {
  static readonly schema: z.ZodType = schema;
  readonly name = "mlflow";
  readonly #options: z.infer<typeof schema> & {
    readonly write: (line: string) => void;
    readonly patience: number;
  };
  readonly #client: MLflowClient;
  readonly #delivery: Delivery<Item>;
  /** Pictures that wait to be sent. */
  readonly #pictures = new Map<string, Uint8Array>();
  #run: MLflowRun | undefined;
  /** Whether the run of MLflow is one that had ended. */
  #resumed = false;
  #unsent = 0;

  constructor({ write = toStandardError, pauses, patience = PATIENCE, ...options }: MLflowLoggerOptions) {
    this.#options = { ...parseOptions("MLflowLogger", schema, options), write, patience };
    this.#client = new MLflowClient(this.#options.trackingUri);
    this.#delivery = new Delivery<Item>({
      send: (items) => this.#send(items),
      isPassing: (error) => !(error instanceof MLflowRefusal) || error.passing,
      keep: (items, cause) => this.#keep(items, cause),
      take: sizeOfBatch,
      pauses,
    });
  }

  async start({ afterStep }: { readonly afterStep: number }): Promise<void> {
    await mkdir(this.#options.saveDir, { recursive: true });
    if (afterStep > 0 && existsSync(this.#runFile)) {
      const saved = JSON.parse(await readFile(this.#runFile, "utf8")) as MLflowRun & { server: string };
      if (saved.server === this.#server) this.#run = saved;
    }
    this.#resumed = this.#run !== undefined;
    // MLflow refuses parameters that change, as `ckpt` does when a run is resumed.
    if (!this.#resumed) this.#delivery.add((await this.#params()).map((param) => ({ param })));
  }

  log({ step, kind, epoch, metrics }: LogRow): void {
    const timestamp = Date.now();
    const values = kind === "epoch" ? { epoch, ...metrics } : metrics;
    this.#delivery.add(
      Object.entries(values).map(([name, value]) => ({
        metric: { key: keyOf(name), value: encode(value), timestamp, step },
      })),
    );
  }

  logImage(name: string, png: Uint8Array, step: number): void {
    const path = `pictures/${keyOf(name)}/${step}.png`;
    this.#pictures.set(path, png);
    this.#delivery.add([{ picture: path }]);
  }

  async finish(status: FitStatus): Promise<void> {
    await this.#delivery.finish(this.#options.patience);
    try {
      if (this.#run !== undefined) await this.#client.updateRun(this.#run, STATUS[status]);
    } catch (error) {
      this.#say(`MLflow was not told that the run is ${STATUS[status]}: ${reasonOf(error)}`);
    }
    if (this.#unsent > 0) this.#say(`${this.#unsent} values were not sent to MLflow: ${this.#unsentFile}`);
  }

  /** The address, as it may be told. */
  get #server(): string {
    return withoutPasswords(this.#options.trackingUri);
  }

  get #runFile(): string {
    return join(this.#options.saveDir, "mlflow.json");
  }

  get #unsentFile(): string {
    return join(this.#options.saveDir, "mlflow-unsent.jsonl");
  }

  /** Every setting of the run. */
  async #params(): Promise<MLflowText[]> {
    const path = join(this.#options.saveDir, ".hydra", "origins.csv");
    if (!existsSync(path)) return [];
    const [, ...rows] = readCsv(await readFile(path, "utf8"));
    return rows.map(([key = "", value = ""]) => ({
      key: keyOf(key).slice(0, MLFLOW_LIMITS.key),
      value: value.slice(0, MLFLOW_LIMITS.value),
    }));
  }

  async #send(items: readonly Item[]): Promise<void> {
    const run = await this.#open();
    for (const item of items) {
      if (!("picture" in item)) continue;
      await this.#client.uploadArtifact(run, item.picture, this.#pictures.get(item.picture)!);
      this.#pictures.delete(item.picture);
    }
    const metrics = items.flatMap((item) => ("metric" in item ? [item.metric] : []));
    const params = items.flatMap((item) => ("param" in item ? [item.param] : []));
    if (metrics.length + params.length > 0) await this.#client.logBatch(run, { metrics, params });
  }

  /** The run at the server: that of before, or a new one. */
  async #open(): Promise<MLflowRun> {
    const { saveDir, experimentName, runName, tags } = this.#options;
    if (this.#run !== undefined) {
      if (this.#resumed) await this.#client.updateRun(this.#run, "RUNNING");
      this.#resumed = false;
      return this.#run;
    }
    const experiment = await this.#client.experiment(experimentName);
    const all = { "mlflow.source.name": "classifier-training", ...tags };
    const texts = Object.entries(all).map(([key, value]) => ({ key, value }));
    this.#run = await this.#client.createRun(experiment, runName ?? basename(saveDir), texts);
    const record = JSON.stringify({ server: this.#server, ...this.#run }, null, 2);
    await writeDurably(this.#runFile, [new TextEncoder().encode(`${record}\n`)]);
    return this.#run;
  }

  async #keep(items: readonly Item[], cause: unknown): Promise<void> {
    if (this.#unsent === 0) {
      this.#say(
        `MLflow at ${this.#server} did not take what was logged (${reasonOf(cause)}), which is kept in ${this.#unsentFile}`,
      );
    }
    this.#unsent += items.length;
    for (const item of items) if ("picture" in item) this.#pictures.delete(item.picture);
    const lines = items.map((item) => `${JSON.stringify(item)}\n`).join("");
    await appendFile(this.#unsentFile, lines).catch((error: Error) => {
      this.#say(`${items.length} values for MLflow are lost: ${error.message}`);
    });
  }

  #say(line: string): void {
    this.#options.write(`warning: ${withoutPasswords(line)}`);
  }
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** As many items of one kind as a request may have. */
function sizeOfBatch(waiting: readonly Item[]): number {
  const [first] = waiting;
  if (first === undefined || "picture" in first) return 1;
  const kind = "metric" in first ? "metric" : "param";
  const other = waiting.findIndex((item) => !(kind in item));
  const most = kind === "metric" ? MLFLOW_LIMITS.metrics : MLFLOW_LIMITS.params;
  return Math.min(most, other < 0 ? waiting.length : other);
}

/** Characters that MLflow refuses in names become `_`. */
function keyOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}_/. -]/gu, "_");
}

function encode(value: number): MLflowMetric["value"] {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? value : value > 0 ? "Infinity" : "-Infinity";
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
