// Logs a run to Weights & Biases through its own SDK, where the user has installed that.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { ClassifierTrainingError, parseOptions } from "../core/index.ts";
import type { FitStatus, Logger, LogRow } from "../train/index.ts";
import { notStarted } from "./append-file.ts";

/** What the run is called and whose it is; all of it may be left out. */
export interface WandbLoggerOptions {
  readonly project?: string;
  /** User or team; default: that of the API key. */
  readonly entity?: string | null;
  /** Shown in lists; default: W&B invents one. */
  readonly runName?: string | null;
  readonly tags?: readonly string[];
}

const schema = z.strictObject({
  project: z.string().min(1).default("classifier-training"),
  entity: z.string().min(1).nullable().default(null),
  runName: z.string().min(1).nullable().default(null),
  tags: z.array(z.string()).default([]),
});

/** What is used of the SDK. */
interface Sdk {
  init(options: Readonly<Record<string, unknown>>): Promise<SdkRun>;
}

interface SdkRun {
  log(values: Record<string, number>, step: number): void;
  finish(code: number): Promise<void>;
}

const PACKAGE = "@wandb/sdk";
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Metrics of every row, by optimizer step. The SDK reads `WANDB_API_KEY` and, as of its version 0.5, cannot go on with a
 * run: a resumed training is a new run of W&B.
 * @throws ClassifierTrainingError kind "usage" `WANDB_MISSING` where the SDK is not installed; `start` throws `WANDB_START`
 */
export class WandbLogger implements Logger {
  static readonly schema: z.ZodType = schema;
  readonly name = "wandb";
  readonly #options: z.infer<typeof schema>;
  readonly #sdk: string;
  #run: SdkRun | undefined;

  constructor(options: WandbLoggerOptions = {}) {
    this.#options = parseOptions("WandbLogger", schema, options);
    this.#sdk = locateSdk();
  }

  async start(): Promise<void> {
    const { default: sdk } = (await import(pathToFileURL(this.#sdk).href)) as {
      default: Sdk | { default: Sdk };
    };
    const { init } = "default" in sdk ? sdk.default : sdk;
    const { project, entity, runName, tags } = this.#options;
    const before = SIGNALS.map((signal) => process.listeners(signal));
    const names = { ...(entity && { entity }), ...(runName && { name: runName }) };
    this.#run = await init({ project, tags, ...names }).catch((cause: Error) => {
      throw new ClassifierTrainingError(
        "usage",
        "WANDB_START",
        `W&B does not begin a run: ${cause.message}`,
        {
          where: "logger.wandb",
          hint: "set WANDB_API_KEY and be online, or choose another logger",
          cause,
        },
      );
    });
    // Its own handlers end the process, before the checkpoint of an interrupted run is written.
    for (const [i, signal] of SIGNALS.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!before[i]!.includes(listener)) process.off(signal, listener);
      }
    }
  }

  log({ step, kind, epoch, metrics }: LogRow): void {
    if (this.#run === undefined) throw notStarted(this.name);
    this.#run.log(kind === "epoch" ? { epoch, ...metrics } : { ...metrics }, step);
  }

  async finish(status: FitStatus): Promise<void> {
    await this.#run?.finish(status === "failed" ? 1 : 0);
    this.#run = undefined;
  }
}

/** The SDK's module: from the project that is worked in, or from where this package lies. */
function locateSdk(): string {
  for (const from of [join(process.cwd(), "package.json"), import.meta.url]) {
    try {
      return createRequire(from).resolve(PACKAGE);
    } catch {
      // The next place may have it.
    }
  }
  throw new ClassifierTrainingError("usage", "WANDB_MISSING", `the package ${PACKAGE} is not installed`, {
    hint: `npm install ${PACKAGE}, or choose another logger`,
  });
}
