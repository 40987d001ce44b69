// classifier-training serve: models over HTTP, until a signal comes.
import { Command, InvalidArgumentError } from "commander";
import { writeLine } from "./output.ts";
import { positiveInteger } from "./predict-command.ts";
import { listenForStop } from "./signals.ts";

interface ServeFlags {
  readonly host?: string;
  readonly port?: number;
  readonly labels?: string;
  readonly batchSize?: number;
  readonly batchWindow?: number;
  readonly threads?: number;
  readonly workers?: number;
  readonly queue?: number;
  readonly maxBody?: number;
  readonly maxPixels?: number;
  readonly maxPictures?: number;
  readonly deadline?: number;
  readonly bodyTimeout?: number;
  readonly grace: number;
  readonly accessLog: boolean;
}

/** The address to standard error, a line of JSON for every request to standard output. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("serve exported models over HTTP")
    .argument("<models...>", "exported models or folders of runs; NAME=MODEL gives one another name")
    .option("--host <address>", "where to listen; 0.0.0.0: to every machine (default: 127.0.0.1)")
    .option("--port <port>", "0: any that is free (default: 8080)", port)
    .option("--labels <file>", "labels_mapping.json, where the model does not hold its labels")
    .option("--batch-size <count>", "most pictures computed together (default: 16)", positiveInteger)
    .option("--batch-window <ms>", "how long a picture waits for others (default: 2)", milliseconds)
    .option("--threads <count>", "compute threads of a model (default: physical cores)", positiveInteger)
    .option(
      "--workers <count>",
      "threads that decode (default: one per processor, at most 4)",
      positiveInteger,
    )
    .option("--queue <count>", "requests that may wait; more get 429 (default: 256)", positiveInteger)
    .option("--max-body <bytes>", "largest body of a request (default: 20000000)", positiveInteger)
    .option("--max-pixels <count>", "largest picture (default: 64000000)", positiveInteger)
    .option("--max-pictures <count>", "most pictures in a request (default: 64)", positiveInteger)
    .option("--deadline <seconds>", "longest time to an answer (default: 30)", positiveInteger)
    .option("--body-timeout <seconds>", "longest time for a body to arrive (default: 30)", positiveInteger)
    .option("--grace <seconds>", "time to finish requests after a signal", positiveInteger, 30)
    .option("--no-access-log", "do not print a line for every request")
    .action(runServe);
}

/** A number of a port. */
export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 65_536) return value;
  throw new InvalidArgumentError("It must be a whole number from 0 to 65535.");
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 10_000) return value;
  throw new InvalidArgumentError("It must be a number of milliseconds from 0 to 10000.");
}

async function runServe(models: readonly string[], flags: ServeFlags): Promise<void> {
  const { serveModels } = await import("../app/index.ts");
  const { host, port, batchSize, threads, workers, maxPixels, maxPictures } = flags;
  using stop = listenForStop(writeLine, "finishing the requests that came");
  const server = await serveModels({
    models,
    labelsPath: flags.labels,
    options: {
      ...{ host, port, batchSize, threads, workers, maxPixels, maxPictures },
      ...{ batchWindowMs: flags.batchWindow, maxRequests: flags.queue, maxBodyBytes: flags.maxBody },
      deadlineMs: flags.deadline && flags.deadline * 1000,
      bodyTimeoutMs: flags.bodyTimeout && flags.bodyTimeout * 1000,
    },
    note: writeLine,
    log: (entry) => flags.accessLog && process.stdout.write(`${JSON.stringify(entry)}\n`),
  });
  for (const { source } of server.models.values())
    writeLine(`${source.name} (${source.path}): ${server.url}/v1/models/${source.name}:predict`);
  await ended(stop.signal);
  await server.stop(flags.grace * 1000);
  process.exitCode = stop.exitCode;
}

/** When a signal came. */
export function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
