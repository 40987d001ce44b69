// The compute thread: onnxruntime's calls return when they are done, so they are made beside the main thread.
import { decodeProgram, disposedError, serveRequests } from "../threaded/index.ts";
import { ComputeSession } from "./compute-session.ts";
import { loadLibrary } from "./library.ts";
import type { OnnxRuntimeRequests } from "./protocol.ts";

let session: ComputeSession | undefined;

function open(): ComputeSession {
  if (session !== undefined) return session;
  throw disposedError("onnxruntime", "session");
}

serveRequests<OnnxRuntimeRequests>({
  async open(options) {
    session = new ComputeSession(await loadLibrary(), options);
    return undefined;
  },
  compile: ({ program }) => open().compile(decodeProgram(program)),
  run: ({ id, inputs }) => open().run(id, inputs),
  async release({ id }) {
    await session?.release(id);
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
});
