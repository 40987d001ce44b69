// Sessions in a thread of their own, for runtimes whose calls would hold up the main thread: what the main thread uses.
export { ComputeClient, decodeError } from "./compute-client.ts";
export { type ComputeThread, ComputeThreads } from "./compute-threads.ts";
export { disposedError } from "./disposed-error.ts";
export { type ExecutableSession, ThreadedExecutable } from "./executable.ts";
export { inThisThread } from "./in-this-thread.ts";
export { decodeProgram, encodeProgram } from "./program-codec.ts";
export type { Answer, NamedData, Request, Requests, SessionRequests } from "./protocol.ts";
export { type Handlers, type RequestPort, serveRequests } from "./serve.ts";
export { ThreadedSession, type ThreadedSessionOptions } from "./session.ts";
