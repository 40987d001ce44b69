// Several workers as processes of this machine: each has its share of the cores; all end when this process does.
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { processorCount } from "../../platform/index.ts";
import { physicalCores } from "../../platform/physical-cores.ts";

/** How many, and how they are started. */
export interface LocalWorkersRequest {
  readonly count: number;
  /** Program and words of one worker, such as `[node, classifier-training, search, join, FOLDER]`. */
  readonly program: readonly string[];
  /** Where the study is stored; handed over where other users of the machine do not see it. */
  readonly storage: string;
  /** Receives `worker-N.log` with all that a worker's trainings tell. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Receives what workers say of their trials. */
  readonly tell: (line: string) => void;
}

/** The variable of the environment that names the storage of studies where no option does. */
export const STORAGE_VARIABLE = "CLASSIFIER_TRAINING_STORAGE";

/** What a worker of several says of the threads that it may use. */
export function shareOfCores(count: number): string[] {
  const threads = Math.max(1, Math.floor(physicalCores() / count));
  const loaders = Math.min(4, Math.floor(processorCount() / count));
  return ["--threads", String(threads), "--loaders", String(loaders)];
}

/** Waits until all have ended. @returns how many have ended with a failure */
export async function runLocalWorkers(request: LocalWorkersRequest): Promise<number> {
  const { count, program, storage, folder, signal, tell } = request;
  const [command = "", ...words] = program;
  const started = Array.from({ length: count }, (_, i) => {
    const child = spawn(command, [...words, ...shareOfCores(count), "--with-parent"], {
      // A group of its own: Ctrl-C reaches this process, which asks the worker to stop.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, [STORAGE_VARIABLE]: storage },
    });
    const log = createWriteStream(join(folder, `worker-${i + 1}.log`), { flags: "a" });
    child.stderr.pipe(log);
    linesOf(child, (line) => tell(`worker ${i + 1}: ${line}`));
    return child;
  });
  const stop = (): void => {
    // A worker stops when nobody holds its input any more, also where this process is killed.
    for (const child of started) child.stdin.end();
  };
  signal.addEventListener("abort", stop, { once: true });
  const codes = await Promise.all(started.map(ended));
  signal.removeEventListener("abort", stop);
  return codes.filter((code) => code !== 0).length;
}

function linesOf({ stdout }: ChildProcess, take: (line: string) => void): void {
  let rest = "";
  stdout?.setEncoding("utf8").on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code));
  });
