// A compute thread's end: requests of the main thread are worked on one after another.
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Answer, EncodedError, Request, Requests } from "./protocol.ts";

/** What answers each request. */
export type Handlers<R extends Requests<R>> = {
  readonly [K in keyof R]: (body: R[K]["request"]) => R[K]["answer"] | Promise<R[K]["answer"]>;
};

/** A compute thread's way to who started it. */
export interface RequestPort {
  on(event: "message", listener: (request: Request) => void): unknown;
  postMessage(answer: Answer, handedOver: ArrayBuffer[]): void;
}

/** Answers the requests that come by a port, in the order in which they were made. */
export function serveRequests<R extends Requests<R>>(port: RequestPort, handlers: Handlers<R>): void {
  let pending = Promise.resolve();
  port.on("message", (request: Request) => {
    pending = pending.then(async () => {
      const reply = await answer(handlers as Readonly<Record<string, (body: unknown) => unknown>>, request);
      port.postMessage(reply, reply.ok ? buffersOf(reply.body) : []);
    });
  });
}

async function answer(
  handlers: Readonly<Record<string, (body: unknown) => unknown>>,
  { number, kind, body }: Request,
): Promise<Answer> {
  try {
    return { number, ok: true, body: await handlers[kind]!(body) };
  } catch (error) {
    return { number, ok: false, error: encodeError(error) };
  }
}

function encodeError(error: unknown): EncodedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  if (!(error instanceof ClassifierTrainingError)) return { message, stack };
  const { kind, code, where, hint } = error;
  return { message, stack, kind, code, details: { where, hint } };
}

/** The buffers of an answer's arrays: handed over, since copying a network's state would hold up the main thread. */
function buffersOf(body: unknown): ArrayBuffer[] {
  const parts: unknown[] = body instanceof Map ? [...body.values()] : Array.isArray(body) ? body : [];
  const buffers = parts.flatMap((part) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
  );
  return [...new Set(buffers)];
}
