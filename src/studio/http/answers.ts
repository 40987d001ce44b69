// How the studio refuses: every error as JSON with a stable code, and the status that goes with it.
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ClassifierTrainingError, type ErrorKind } from "../../core/index.ts";
import type { Refusal } from "../api.ts";

/** Statuses of errors by their codes, where they are not those of their kind. */
const BY_CODE: Readonly<Record<string, ContentfulStatusCode>> = {
  HOST_FOREIGN: 403,
  ORIGIN_FOREIGN: 403,
  TOKEN_WRONG: 401,
  READ_ONLY: 403,
  NOT_FOUND: 404,
  LENGTH_MISSING: 411,
  BODY_TOO_LARGE: 413,
  COMPUTE_BUSY: 429,
  COMPUTE_LOST: 503,
  COMPUTE_SLOW: 504,
};
const BY_KIND: Readonly<Record<ErrorKind, ContentfulStatusCode>> = {
  usage: 400,
  data: 422,
  storage: 507,
  failure: 500,
  "non-finite": 500,
};

/** The answer to a request that failed. @param note is told of what is the studio's own fault */
export function refuse(error: Error, c: Context, note: (line: string) => void): Response {
  if (!(error instanceof ClassifierTrainingError)) {
    note(`a request failed: ${c.req.method} ${c.req.path}: ${error.message}`);
    return c.json(refusal("INTERNAL", "the studio failed at this request; its terminal says why"), 500);
  }
  const line = error.toLine();
  const status = BY_CODE[error.code] ?? BY_KIND[error.kind];
  return c.json(refusal(error.code, line.slice(0, -` [${error.code}]`.length)), status);
}

function refusal(code: string, message: string): Refusal {
  return { error: { code, message } };
}

/** That there is nothing at an address. */
export function notFound(what = "there is nothing here"): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "NOT_FOUND", what);
}
