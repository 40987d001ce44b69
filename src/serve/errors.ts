// What clients are told: every error as JSON with a stable code, and the status that goes with it.
import { ClassifierTrainingError } from "../core/index.ts";

/** Statuses of errors by their codes; others are the server's own fault. */
const STATUSES: Readonly<Record<string, number>> = {
  REQUEST_INVALID: 400,
  NOT_FOUND: 404,
  MODEL_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  TOO_MANY_PICTURES: 413,
  PICTURE_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  PICTURE_EMPTY: 422,
  PICTURE_FORMAT: 422,
  PICTURE_REFUSED: 422,
  PICTURE_CORRUPT: 422,
  PICTURE_TIMEOUT: 422,
  PICTURE_TOO_COSTLY: 422,
  SERVER_BUSY: 429,
  HEADERS_TOO_LARGE: 431,
  CLIENT_GONE: 499,
  MODEL_RESTARTING: 503,
  STOPPING: 503,
  THREAD_RESTARTING: 503,
  DEADLINE_EXCEEDED: 504,
};

/** Statuses after which the same request may well be answered. */
const PASSING: readonly number[] = [429, 503];

/** An answer that says what was wrong. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
  /** Whether it is worth trying again in a moment. */
  readonly passing: boolean;
}

/** The answer to a request that failed. What went wrong within the server is not told. */
export function answerTo(error: unknown): ErrorAnswer {
  if (error instanceof ClassifierTrainingError) {
    const status = STATUSES[error.code];
    if (status !== undefined) return answer(status, error.code, messageOf(error));
  }
  return answer(500, "INTERNAL", "the server failed at this request");
}

function answer(status: number, code: string, message: string): ErrorAnswer {
  return { status, body: { error: { code, message } }, passing: PASSING.includes(status) };
}

/** One line without the code. */
function messageOf(error: ClassifierTrainingError): string {
  return error.toLine().slice(0, -` [${error.code}]`.length);
}

/** An error that a client makes or meets, by its code. */
export function requestError(
  code: keyof typeof STATUSES,
  message: string,
  hint?: string,
): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message, { hint });
}
