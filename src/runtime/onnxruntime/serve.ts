// What a session's requests are answered with where onnxruntime computes.
import {
  decodeProgram,
  disposedError,
  type RequestPort,
  type SessionRequests,
  serveRequests,
} from "../threaded/index.ts";
import { ComputeSession } from "./compute-session.ts";
import { loadLibrary } from "./library.ts";
import type { OnnxRuntimeRequests } from "./protocol.ts";

/** Answers the requests for one session that come by `port`. */
export function serve(port: RequestPort): void {
  let session: ComputeSession | undefined;
  const open = (): ComputeSession => {
    if (session !== undefined) return session;
    throw disposedError("onnxruntime", "session");
  };
  serveRequests<SessionRequests & OnnxRuntimeRequests>(port, {
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
      return { free: true };
    },
  });
}
