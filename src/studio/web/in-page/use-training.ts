// The state of a training in the page, and the worker that does it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Point } from "./curve.tsx";
import type { ClassCount, Made, Reply, Request } from "./messages.ts";

/** All that the page shows. */
export interface TrainingState {
  /** What happens, or happened last. */
  readonly message: string;
  readonly error: string | undefined;
  /** Why it is not the graphics card that computes; null where it is; undefined while that is looked for. */
  readonly notice: string | null | undefined;
  readonly classes: readonly ClassCount[] | undefined;
  readonly isTraining: boolean;
  readonly isStopping: boolean;
  readonly resumable: boolean;
  readonly points: readonly Point[];
  readonly epochs: number;
  readonly rate: number | undefined;
  readonly made: Made | undefined;
  readonly predictions: Extract<Reply, { kind: "classified" }>["predictions"] | undefined;
}

const START: TrainingState = {
  ...{ message: "", error: undefined, notice: undefined, classes: undefined, isTraining: false },
  ...{ isStopping: false, resumable: false, points: [], epochs: 0, rate: undefined, made: undefined },
  predictions: undefined,
};

/** Shorter than this no point follows another. */
const POINT_MS = 300;

/** The worker lives as long as the page. */
export function useTraining(): {
  readonly state: TrainingState;
  readonly ask: (request: Request) => void;
} {
  const [state, setState] = useState(START);
  const last = useRef(0);
  const worker = useMemo(() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }), []);
  useEffect(() => {
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const isDue = data.kind !== "step" || performance.now() - last.current > POINT_MS;
      if (!isDue) return;
      if (data.kind === "step") last.current = performance.now();
      setState((before) => ({ ...before, ...changesBy(data, before) }));
    };
    worker.onerror = ({ message }) => {
      const error = `The worker failed: ${message}`;
      setState((before) => ({ ...before, error, isTraining: false }));
    };
    worker.postMessage({ kind: "probe" } satisfies Request);
    return () => worker.terminate();
  }, [worker]);
  return {
    state,
    ask(request) {
      setState((before) => ({ ...before, error: undefined, ...changesFor(request) }));
      worker.postMessage(request);
    },
  };
}

function changesFor(request: Request): Partial<TrainingState> {
  switch (request.kind) {
    case "open":
      return { message: `Looking at ${request.files.length} files …`, classes: undefined };
    case "train":
      return {
        ...{
          message: "Starting …",
          isTraining: true,
          isStopping: false,
          made: undefined,
          predictions: undefined,
        },
        ...(!request.resume && { points: [], epochs: 0 }),
      };
    case "stop":
      return { isStopping: true, message: "Stopping …" };
    default:
      return {};
  }
}

function changesBy(reply: Reply, { points }: TrainingState): Partial<TrainingState> {
  switch (reply.kind) {
    case "probed":
      return { notice: reply.notice };
    case "opened":
      return { classes: reply.classes, resumable: reply.resumable, message: "" };
    case "started":
      return { message: reply.notice };
    case "step": {
      const { epochs, loss, rate } = reply;
      return { epochs, rate, points: [...points, { epochs, loss, valLoss: null, accuracy: null }] };
    }
    case "epoch": {
      const { epochs, valLoss, accuracy } = reply;
      return { epochs, points: [...points, { epochs, loss: null, valLoss, accuracy }] };
    }
    case "trained": {
      const message = reply.isWhole ? "Trained." : "Stopped. It can go on from here.";
      return { made: reply.made, isTraining: false, isStopping: false, resumable: !reply.isWhole, message };
    }
    case "classified":
      return { predictions: reply.predictions };
    case "failed": {
      const { message: error, resumable } = reply;
      return { error, resumable, isTraining: false, isStopping: false, message: "" };
    }
  }
}
