// Serves models over HTTP.
export type { AccessEntry } from "./access-entry.ts";
export { type ModelSource, SERVE_DEFAULTS, type ServeOptions } from "./options.ts";
export { ModelServer, type ServerOutput } from "./server.ts";
export { RequestThread, type RequestWorker, ThreadLost } from "./threads/request-thread.ts";
