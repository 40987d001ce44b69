// What hono's context holds in the studio.
import type { HttpBindings } from "@hono/node-server";

/** The request and the answer as Node.js has them. */
export interface StudioEnv {
  readonly Bindings: HttpBindings;
}
