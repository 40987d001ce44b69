// Finds a batch size for a configuration: each candidate is measured in a process of its own, which may fail alone.

import { spawn } from "node:child_process";
import { assertOneProcess } from "../processes/processes.ts";
import type { StepMeasurement } from "./bench-step.ts";

/** Which sizes are tried, and what counts as fitting. */
export interface TuneBatchSizeRequest {
  /** Measures training steps with one batch size; where they do not fit, one that the runtime says would, if it does. */
  readonly measure: (batchSize: number) => Promise<BatchSizeMeasurement | DoesNotFit>;
  /** `power`: doubles; `binsearch`: then halves the gap between what fits and what does not. Default `power`. */
  readonly mode?: "power" | "binsearch";
  /** First candidate; default 2. */
  readonly initial?: number;
  /** Largest candidate; default 256. */
  readonly most?: number;
  /** Most memory that a process may take, in MB; default: 90 % of what is available. */
  readonly memoryLimit?: number;
}

/** What training with one batch size takes and gives. */
export interface BatchSizeMeasurement {
  readonly batchSize: number;
  readonly imagesPerSecond: number;
  /** Peak resident memory of the process. */
  readonly memory: number;
}

/** There is no memory for a batch size. */
export interface DoesNotFit {
  /** A smaller one that there is memory for, where the runtime names it. */
  readonly wouldFit?: number;
}

/** What was found; undefined where not even the first size fits. */
export interface BatchSizeSuggestion {
  /** What fits, smallest first. */
  readonly measured: readonly BatchSizeMeasurement[];
  readonly largest: number | undefined;
  /** The one with the most images per second. */
  readonly fastest: number | undefined;
}

/** A gap of less than this share of the smaller end is not searched. */
const MARGIN = 0.05;

/**
 * A candidate fits where its process ends well within the limit; one that two smaller ones predict not to is not tried. Where
 * not even the first fits, the one that the runtime names instead is.
 */
export async function tuneBatchSize(request: TuneBatchSizeRequest): Promise<BatchSizeSuggestion> {
  assertOneProcess("the search for a batch size");
  const { measure, mode = "power", initial = 2, most = 256 } = request;
  const limit = request.memoryLimit ?? (process.availableMemory() / 2 ** 20) * 0.9;
  const measured: BatchSizeMeasurement[] = [];
  let named: number | undefined;
  const fits = async (size: number): Promise<boolean> => {
    if (predictedMemory(measured, size) > limit) return false;
    const result = await measure(size);
    if (!("memory" in result)) {
      named = result.wouldFit;
      return false;
    }
    if (result.memory > limit) return false;
    measured.push(result);
    return true;
  };
  let size = Math.min(initial, most);
  let failed: number | undefined;
  while (failed === undefined) {
    if (!(await fits(size))) failed = size;
    else if (size === most) break;
    else size = Math.min(2 * size, most);
  }
  while (measured.length === 0 && failed !== undefined && named !== undefined && named < failed) {
    const smaller: number = named;
    named = undefined;
    if (!(await fits(smaller))) failed = smaller;
  }
  let largest = measured.at(-1)?.batchSize;
  while (mode === "binsearch" && failed !== undefined && largest !== undefined) {
    const middle = Math.floor((largest + failed) / 2);
    if (middle - largest < Math.max(1, largest * MARGIN)) break;
    if (await fits(middle)) largest = middle;
    else failed = middle;
  }
  measured.sort((a, b) => a.batchSize - b.batchSize);
  const fastest = [...measured].sort((a, b) => b.imagesPerSecond - a.imagesPerSecond)[0]?.batchSize;
  return { measured, largest, fastest };
}

/** The line through the two largest measured so far. */
function predictedMemory(measured: readonly BatchSizeMeasurement[], size: number): number {
  const [before, last] = measured.toSorted((a, b) => a.batchSize - b.batchSize).slice(-2);
  if (before === undefined || last === undefined) return 0;
  const slope = (last.memory - before.memory) / (last.batchSize - before.batchSize);
  return last.memory + Math.max(0, slope) * (size - last.batchSize);
}

/**
 * Measures with `bench step` of a command line.
 * @param program what starts the command line
 * @param words settings and flags for it
 * @throws Error where even its arguments are wrong: exit code 2
 */
export function measureInProcess(
  program: readonly string[],
  words: readonly string[],
  signal: AbortSignal,
): (batchSize: number) => Promise<BatchSizeMeasurement | DoesNotFit> {
  return (batchSize) =>
    new Promise((resolve, reject) => {
      const own = ["bench", "step", ...words, `data.batch_size=${batchSize}`, "--json", "--steps", "3"];
      const [command, ...first] = program;
      const child = spawn(command!, [...first, ...own], { stdio: ["ignore", "pipe", "pipe"], signal });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.on("error", reject);
      child.on("close", (code) => {
        if (code === 2) reject(new Error(stderr.trim()));
        else if (code !== 0) resolve(doesNotFit(stderr));
        else {
          const { images_per_second, peak_rss_mb } = JSON.parse(stdout) as StepMeasurement;
          resolve({ batchSize, imagesPerSecond: images_per_second, memory: peak_rss_mb });
        }
      });
    });
}

/** What an error line tells of a batch size that would fit. */
export function doesNotFit(stderr: string): DoesNotFit {
  const named = /\bdata\.batch_size=(\d+) would fit\b/.exec(stderr)?.[1];
  return named === undefined ? {} : { wouldFit: Number(named) };
}
