// Counts and logs every request when it is over; of pictures it knows sizes and numbers alone.
import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import type { AccessEntry, RequestNotes } from "../access-entry.ts";
import type { Metrics } from "../metrics.ts";

/** What hono's context holds in this server. */
export interface ServeEnv {
  readonly Bindings: HttpBindings;
  readonly Variables: RequestNotes;
}

const LONGEST_PATH = 200;

/** @param log takes each entry */
export function observe(metrics: Metrics, log: (entry: AccessEntry) => void): MiddlewareHandler<ServeEnv> {
  return async (c, next) => {
    const began = performance.now();
    const time = new Date().toISOString();
    await next();
    const ms = performance.now() - began;
    const { status } = c.res;
    const [model, pictures] = [c.get("model") ?? "", c.get("pictures") ?? 0];
    metrics.answered({ model, status, seconds: ms / 1000, pictures: status === 200 ? pictures : 0 });
    const { code, bytes } = c.var;
    log({
      ...{ time, client: c.env.incoming.socket.remoteAddress ?? "", method: c.req.method },
      ...{ path: c.req.path.slice(0, LONGEST_PATH), status, ms: Math.round(ms * 100) / 100 },
      ...(model !== "" && { model }),
      ...(bytes !== undefined && { bytes }),
      ...(pictures > 0 && { pictures }),
      ...(code !== undefined && { code }),
    });
  };
}
