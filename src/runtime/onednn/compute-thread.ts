// The compute thread: the only one that calls oneDNN, so that its team of OpenMP threads is one.
import { cpus } from "node:os";
import { parentPort } from "node:worker_threads";
import {
  decodeProgram,
  disposedError,
  type NamedData,
  type SessionRequests,
  serveRequests,
} from "../threaded/index.ts";
import { choiceFile } from "./choice-file.ts";
import { ComputeSession } from "./compute/session.ts";
import { type Library, loadLibrary } from "./ffi/index.ts";
import type { ElementArray } from "./plan/element-type.ts";
import type { OnednnRequests } from "./protocol.ts";

let library: Library | undefined;
let session: ComputeSession | undefined;

function open(): ComputeSession {
  if (session !== undefined) return session;
  throw disposedError("onednn", "session");
}

/** Elements of the types that programs are refused for not having. */
function held(inputs: NamedData): ReadonlyMap<string, ElementArray> {
  return inputs as ReadonlyMap<string, ElementArray>;
}

serveRequests<SessionRequests & OnednnRequests>(parentPort!, {
  async open(options) {
    library ??= await loadLibrary();
    const processor = cpus()[0]?.model ?? process.arch;
    session = new ComputeSession(library, { ...options, processor, choices: choiceFile() });
    return undefined;
  },
  async compile({ program }) {
    const decoded = decodeProgram(program);
    await open().prepare(decoded);
    return open().compile(decoded);
  },
  place({ id }) {
    open().place(id);
    return undefined;
  },
  run: ({ id, inputs }) => open().run(id, held(inputs)),
  runObserved: ({ id, inputs, observed }) => open().run(id, held(inputs), observed),
  profile: ({ id, inputs }) => open().profile(id, held(inputs)),
  release({ id }) {
    session?.release(id);
    return undefined;
  },
  memory: ({ storage }) => open().memory(storage),
  read: ({ variables }) => open().read(variables),
  write({ entries }) {
    for (const { variable, data } of entries) open().write([{ variable, data: data as ElementArray }]);
    return undefined;
  },
  async close() {
    const free = (await session?.dispose()) ?? true;
    session = undefined;
    return { free };
  },
});
