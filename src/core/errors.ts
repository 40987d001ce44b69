// Errors with a stable code, a place and a hint: one clear line for the person who reads it.
import { withoutPasswords } from "./address.ts";

/** What kind of failure an error is; it decides the exit code of the command line. */
export type ErrorKind = "failure" | "usage" | "data" | "non-finite" | "storage";

const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  failure: 1,
  usage: 2,
  data: 3,
  "non-finite": 4,
  storage: 5,
};

/** The code of the error of a process that ends because another one has: that has been told when it is thrown. */
export const PROCESS_LOST = "PROCESS_LOST";

/** All kinds of errors. */
export const ERROR_KINDS: readonly ErrorKind[] = Object.keys(EXIT_CODES) as ErrorKind[];

/** What an error says besides its message; all of it may be left out. */
export interface ErrorDetails {
  /** Where it is wrong: `file:line:column`, a config key, a file name, a module path. */
  readonly where?: string | undefined;
  /** What to do about it, as an imperative sentence without a full stop. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The error of this toolkit. `code` is stable and upper snake case, `message` says what was wrong,
 * `where` and `hint` say where and what to do. Addresses in them lose their passwords.
 */
export class ClassifierTrainingError extends Error {
  override readonly name = "ClassifierTrainingError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(withoutPasswords(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = code;
    this.where = details.where && withoutPasswords(details.where);
    this.hint = details.hint && withoutPasswords(details.hint);
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }

  /** The error on one line: `where: message (hint) [CODE]`. */
  toLine(): string {
    const place = this.where === undefined ? "" : `${this.where}: `;
    const advice = this.hint === undefined ? "" : `; ${this.hint}`;
    return `${place}${this.message}${advice} [${this.code}]`.replaceAll(/\s*\n\s*/g, " ");
  }
}
