// The compute thread: the only one that calls oneDNN, so that its team of OpenMP threads is one.
import { cpus } from "node:os";
import { parentPort } from "node:worker_threads";
import { ClassifierTrainingError } from "../../core/index.ts";
import { choiceFile } from "./choice-file.ts";
import { ComputeSession } from "./compute/session.ts";
import { loadLibrary } from "./ffi/index.ts";
import { decodeProgram } from "./program-codec.ts";
import type { Answer, EncodedError, Request, RequestKind, Requests } from "./protocol.ts";

let session: ComputeSession | undefined;

function open(): ComputeSession {
  if (session !== undefined) return session;
  throw new ClassifierTrainingError(
    "failure",
    "RUNTIME_DISPOSED",
    "the session of runtime onednn is not open",
  );
}

type Handlers = {
  readonly [K in RequestKind]: (
    body: Requests[K]["request"],
  ) => Requests[K]["answer"] | Promise<Requests[K]["answer"]>;
};

const HANDLERS: Handlers = {
  async open(options) {
    const library = await loadLibrary();
    const processor = cpus()[0]?.model ?? process.arch;
    session = new ComputeSession(library, { ...options, processor, choices: choiceFile() });
    return undefined;
  },
  async compile({ program }) {
    const decoded = decodeProgram(program);
    await open().prepare(decoded);
    return open().compile(decoded);
  },
  run: ({ id, inputs }) => open().run(id, inputs),
  profile: ({ id, inputs }) => open().profile(id, inputs),
  release({ id }) {
    session?.release(id);
    return undefined;
  },
  read: ({ variables }) => open().read(variables),
  write({ entries }) {
    open().write(entries);
    return undefined;
  },
  async close() {
    await session?.dispose();
    session = undefined;
    return undefined;
  },
};

function encodeError(error: unknown): EncodedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  if (!(error instanceof ClassifierTrainingError)) return { message, stack };
  const { kind, code, where, hint } = error;
  return { message, stack, kind, code, details: { where, hint } };
}

async function answer({ number, kind, body }: Request): Promise<void> {
  let reply: Answer;
  try {
    const handle = HANDLERS[kind] as (body: unknown) => unknown;
    reply = { number, ok: true, body: await handle(body) };
  } catch (error) {
    reply = { number, ok: false, error: encodeError(error) };
  }
  parentPort!.postMessage(reply, reply.ok ? buffersOf(reply.body) : []);
}

/** The buffers of an answer's arrays: handed over, since copying a network's state would hold up the main thread. */
function buffersOf(body: unknown): ArrayBuffer[] {
  const parts: unknown[] = body instanceof Map ? [...body.values()] : Array.isArray(body) ? body : [];
  const buffers = parts.flatMap((part) =>
    ArrayBuffer.isView(part) && part.buffer instanceof ArrayBuffer ? [part.buffer] : [],
  );
  return [...new Set(buffers)];
}

/** Requests are worked on one after another, in the order in which they were made. */
let pending = Promise.resolve();
parentPort!.on("message", (request: Request) => {
  pending = pending.then(() => answer(request));
});
