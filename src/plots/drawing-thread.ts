// The thread that draws: work of tenths of a second that would hold up whatever else the process does.
import { parentPort } from "node:worker_threads";
import { drawCurves } from "./curves.ts";
import { svgToPng } from "./render-png.ts";
import { drawSampleGrid } from "./sample-grid.ts";

/** What can be asked for: functions of plain data to plain data. */
export interface Drawings {
  readonly curves: typeof drawCurves;
  readonly sampleGrid: typeof drawSampleGrid;
  readonly png: typeof svgToPng;
}

const DRAWINGS: Drawings = { curves: drawCurves, sampleGrid: drawSampleGrid, png: svgToPng };

/** One drawing for the thread; `number` comes back with its answer, since answers may overtake each other. */
export interface DrawingRequest<K extends keyof Drawings = keyof Drawings> {
  readonly number: number;
  readonly drawing: K;
  readonly options: Parameters<Drawings[K]>[0];
}

/** What became of the request of that number: its result, or the error as text. */
export type DrawingAnswer =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: string };

const port = parentPort!;
port.on("message", async ({ number, drawing, options }: DrawingRequest) => {
  try {
    const draw = DRAWINGS[drawing] as (given: typeof options) => unknown;
    port.postMessage({ number, result: await draw(options) } satisfies DrawingAnswer);
  } catch (error) {
    port.postMessage({ number, error: String(error) } satisfies DrawingAnswer);
  }
});
