// Tells a page of runs as things happen, by server-sent events: everything first, then what changes.
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { HistoryChange, RunsMessage } from "./api.ts";
import type { RunFollower, RunsChange } from "./run-follower.ts";

/** Milliseconds: a connection over which nothing comes for longer is taken for dead by whoever stands between. */
const HEARTBEAT = 15_000;

/** @param asked ids of the runs whose history is told as well */
export function followStream(c: Context, follower: RunFollower, asked: readonly string[]): Response {
  return streamSSE(c, async (stream) => {
    const ended = new Promise<void>((resolve) => stream.onAbort(resolve));
    const histories = asked.map((id) => new ToldHistory(id, follower));
    let telling: Promise<unknown> = Promise.resolve();
    const tell = (kind: RunsMessage["kind"], change: () => RunsChange | Promise<RunsChange>): void => {
      telling = telling.then(async () => {
        const { runs, gone } = await change();
        const history = (await Promise.all(histories.map((each) => each.news()))).flat();
        const message: RunsMessage = { kind, runs, gone, history };
        await stream.writeSSE({ data: JSON.stringify(message) });
      });
    };
    tell("snapshot", async () => ({ runs: await follower.rows(), gone: [] }));
    using _following = follower.follow((change) => tell("change", () => change));
    const heart = setInterval(() => void stream.write(": \n\n"), HEARTBEAT);
    try {
      await ended;
    } finally {
      clearInterval(heart);
    }
  });
}

/** How far a page knows the history of a run. */
class ToldHistory {
  readonly #id: string;
  readonly #follower: RunFollower;
  #generation = -1;
  #count = 0;
  #curve = "";

  constructor(id: string, follower: RunFollower) {
    this.#id = id;
    this.#follower = follower;
  }

  async news(): Promise<HistoryChange[]> {
    const run = await this.#follower.run(this.#id).catch(() => undefined);
    if (run === undefined) return [];
    await run.history.refresh();
    const { generation, rows } = run.history;
    const { lossCurve } = run;
    // Parts that are whole stay as they are until all are joined.
    const curve = `${lossCurve.length} ${lossCurve.at(-1)}`;
    const from = generation === this.#generation ? this.#count : 0;
    if (generation === this.#generation && from === rows.length && curve === this.#curve) return [];
    this.#generation = generation;
    this.#count = rows.length;
    this.#curve = curve;
    return [{ id: this.#id, from, rows: rows.slice(from), lossCurve }];
  }
}
