// Runs the built command line as a user would: a process of its own, in a folder of its own.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/core/index.ts";
import { encodeJpeg } from "../../src/image/index.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));
export const TINY_NETWORK: string = fileURLToPath(
  new URL("../../examples/02-own-network.ts", import.meta.url),
);

const SIGNALLER = fileURLToPath(new URL("../support/signaller.ts", import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on. */
export interface StartedCommand {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it gave, once it has ended; the code is null where a signal killed it. */
  readonly ended: Promise<CommandResult>;
}

/** Starts a command, with `environment` beside this process's own. */
export function start(
  cwd: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  launcher: readonly string[] = [],
): StartedCommand {
  const [command = "", ...given] = [...launcher, process.execPath, PROGRAM, ...words];
  const child = spawn(command, given, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs a command to its end. */
export function run(cwd: string, words: readonly string[]): Promise<CommandResult> {
  return start(cwd, words).ended;
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "classifier-training-e2e-"));
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Noisy pictures, mostly red, green or blue, that any network can tell apart: `root/<split>/<colour>/<i>.jpg`. */
export async function writeColourPictures(
  root: string,
  splits: Readonly<Record<string, number>> = { train: 8, val: 4, test: 4 },
): Promise<void> {
  for (const [split, count] of Object.entries(splits)) {
    for (const [channel, colour] of ["red", "green", "blue"].entries()) {
      const folder = join(root, split, colour);
      await mkdir(folder, { recursive: true });
      for (let i = 0; i < count; i++) {
        const random = new RandomStream(channel, split, [i, 0]);
        const data = new Uint8Array(32 * 32 * 3).map(
          (_, k) => random.integer(100) + (k % 3 === channel ? 120 : 20),
        );
        await writeFile(join(folder, `${i}.jpg`), await encodeJpeg({ width: 32, height: 32, data }, 90));
      }
    }
  }
}

/** Settings of a training that gets a signal at an event of its own, the how manieth from 0, whatever the machine does. */
export function signalled(
  signal: "SIGINT" | "SIGTERM" | "SIGUSR1" | "SIGKILL",
  place: "step" | "validation",
  event: number,
  rank = 0,
): readonly string[] {
  const callback = `{_target_:Signaller,signal:${signal},place:${place},event:${event},rank:${rank}}`;
  return ["--import", SIGNALLER, `+callbacks.signaller=${callback}`];
}

/** Settings of a training that takes seconds: a tiny network on small pictures. */
export const QUICK: readonly string[] = [
  "--import",
  TINY_NETWORK,
  "model=tiny",
  "model.learning_rate=0.02",
  "model.warmup_epochs=0",
  "data.image_size=16",
  "data.batch_size=8",
  "data.num_workers=0",
  "transforms=upright",
  "callbacks=minimal",
  "runtime=onnxruntime",
  "trainer.max_epochs=6",
];
