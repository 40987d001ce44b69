// A compute thread that is none, for platforms whose library waits beside the caller: both ends are here.
import type { ComputeThread } from "./compute-threads.ts";
import type { Answer, Request } from "./protocol.ts";
import type { RequestPort } from "./serve.ts";

/** Has `serve` answer in the caller's thread. Nothing is copied on the way. */
export function inThisThread(serve: (port: RequestPort) => void): ComputeThread {
  let ask: (request: Request) => void = () => undefined;
  let settle: (answer: Answer) => void = () => undefined;
  serve({
    on(_event, listener) {
      ask = listener;
    },
    postMessage: (answer) => settle(answer),
  });
  return {
    on(event, listener) {
      if (event === "message") settle = listener as (answer: Answer) => void;
    },
    postMessage: (request) => ask(request),
    ref() {},
    unref() {},
    async terminate() {},
  };
}
