// Pictures that take a while to draw, drawn in a thread beside the main one.
import type { Worker } from "node:worker_threads";
import { ClassifierTrainingError } from "../core/index.ts";
import { startThread } from "../platform/threads.ts";
import type { CurvesOptions } from "./curves.ts";
import type { DrawingAnswer, DrawingRequest, Drawings } from "./drawing-thread.ts";
import type { SampleGridOptions } from "./sample-grid.ts";
import type { Picture } from "./svg.ts";

/** How finely a drawing is rendered. */
export interface RenderPngOptions {
  /** Device pixels per CSS pixel (default 2). */
  readonly scale?: number | undefined;
}

/**
 * The picture as a PNG file. Text is set in DejaVu Sans, which comes with the package: the same pixels on machines
 * with and without fonts.
 * @throws ClassifierTrainingError `DRAWING_FAILED`
 */
export function renderPng({ svg }: Picture, { scale = 2 }: RenderPngOptions = {}): Promise<Uint8Array> {
  return draw("png", { svg, scale });
}

/** Line chart of some curves, told apart by colour, dash and mark. @throws ClassifierTrainingError `DRAWING_FAILED` */
export function curvesPicture(options: CurvesOptions): Promise<Picture> {
  return draw("curves", options);
}

/** Pictures in rows, with prediction, confidence and truth. @throws ClassifierTrainingError `DRAWING_FAILED` */
export function sampleGrid(options: SampleGridOptions): Promise<Picture> {
  return draw("sampleGrid", options);
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Artist {
  readonly thread: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** The thread, from the first drawing on; while it draws the process stays alive. */
let artist: Artist | undefined;
let lastNumber = 0;

function draw<K extends keyof Drawings>(
  drawing: K,
  options: Parameters<Drawings[K]>[0],
): Promise<Awaited<ReturnType<Drawings[K]>>> {
  artist ??= startArtist();
  const { thread, waiting } = artist;
  const number = ++lastNumber;
  thread.ref();
  return new Promise<unknown>((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    thread.postMessage({ number, drawing, options } satisfies DrawingRequest<K>);
  }) as Promise<Awaited<ReturnType<Drawings[K]>>>;
}

function startArtist(): Artist {
  const thread = startThread("./drawing-thread", import.meta.url);
  const waiting = new Map<number, Waiting>();
  thread.unref();
  thread.on("message", (answer: DrawingAnswer) => {
    const asked = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (waiting.size === 0) thread.unref();
    if ("result" in answer) asked?.resolve(answer.result);
    else asked?.reject(drawingFailed(answer.error));
  });
  const end = (reason: unknown): void => {
    artist = undefined;
    for (const { reject } of waiting.values()) reject(drawingFailed(reason));
    waiting.clear();
  };
  thread.on("error", end);
  thread.on("exit", () => end("its thread ended"));
  return { thread, waiting };
}

function drawingFailed(reason: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "DRAWING_FAILED", `a picture cannot be drawn: ${reason}`, {
    hint: "callbacks=minimal trains without pictures",
    cause: reason,
  });
}
