// What is known of a request when it is over: a line of the access log. It lies apart from hono, whose types need a browser's.

/** What handlers know of a request besides its answer. */
export interface RequestNotes {
  readonly model: string;
  readonly pictures: number;
  readonly bytes: number;
  /** Of the error, where there was one. */
  readonly code: string;
}

/** A line of the access log. */
export interface AccessEntry extends Partial<RequestNotes> {
  readonly time: string;
  /** Address of the client. */
  readonly client: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}
