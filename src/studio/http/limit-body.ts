// How large a request may be: those say it before they are read.
import type { MiddlewareHandler } from "hono";
import { ClassifierTrainingError } from "../../core/index.ts";

/**
 * Refuses what is larger than `limit(path)` bytes, and what does not say how large it is: no page of the studio sends that, and
 * Node.js reads no more than what was said.
 */
export function limitBody(limit: (path: string) => number): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.header("Transfer-Encoding") !== undefined) {
      throw new ClassifierTrainingError(
        "usage",
        "LENGTH_MISSING",
        "the request does not say how large it is",
      );
    }
    if (Number(c.req.header("Content-Length") ?? 0) > limit(c.req.path)) {
      throw new ClassifierTrainingError("usage", "BODY_TOO_LARGE", "this is too large");
    }
    return await next();
  };
}
