// Rendering pictures to PNG without a browser, with a font of our own choice, beside the main thread.
import type { Worker } from "node:worker_threads";
import { ClassifierTrainingError } from "../core/index.ts";
import { startThread } from "../core/start-thread.ts";
import type { RenderAnswer, RenderRequest } from "./render-thread.ts";
import type { Picture } from "./svg.ts";

export interface RenderPngOptions {
  /** Device pixels per CSS pixel (default 2). */
  readonly scale?: number | undefined;
}

interface Waiting {
  resolve(png: Uint8Array): void;
  reject(error: Error): void;
}

/** The thread, while it lives; the process does not wait for it. */
let renderer: { readonly thread: Worker; readonly waiting: Map<number, Waiting> } | undefined;
let lastNumber = 0;

/**
 * The picture as a PNG file. Text is set in DejaVu Sans, which comes with the package: the same pixels on machines
 * with and without fonts.
 * @throws ClassifierTrainingError `RENDER_FAILED`
 */
export async function renderPng(picture: Picture, { scale = 2 }: RenderPngOptions = {}): Promise<Uint8Array> {
  renderer ??= startRenderer();
  const { thread, waiting } = renderer;
  const number = ++lastNumber;
  thread.ref();
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject });
    thread.postMessage({ number, svg: picture.svg, scale } satisfies RenderRequest);
  });
}

function startRenderer(): NonNullable<typeof renderer> {
  const thread = startThread("./render-thread", import.meta.url);
  const waiting = new Map<number, Waiting>();
  thread.unref();
  thread.on("message", (answer: RenderAnswer) => {
    const asked = waiting.get(answer.number);
    waiting.delete(answer.number);
    if (waiting.size === 0) thread.unref();
    if ("png" in answer) asked?.resolve(answer.png);
    else asked?.reject(renderFailed(answer.error));
  });
  const end = (reason: unknown): void => {
    renderer = undefined;
    for (const { reject } of waiting.values()) reject(renderFailed(reason));
    waiting.clear();
  };
  thread.on("error", end);
  thread.on("exit", () => end("its thread ended"));
  return { thread, waiting };
}

function renderFailed(reason: unknown): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "RENDER_FAILED", `a picture cannot be rendered: ${reason}`, {
    hint: "the run goes on without pictures with callbacks=minimal",
    cause: reason,
  });
}
