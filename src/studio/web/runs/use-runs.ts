// The runs as they stand, followed for as long as a page shows them.
import { useEffect, useState } from "preact/hooks";
import type { HistoryChange, RunRow, RunsMessage } from "../../runs/api.ts";
import { follow } from "../client.ts";

/** What was logged of a run, and its loss within the epochs. */
export type RunHistory = Pick<HistoryChange, "rows" | "lossCurve">;

/** What is known so far. */
export interface KnownRuns {
  /** The newest first; undefined before the server has answered. */
  readonly runs: readonly RunRow[] | undefined;
  /** By id, of those whose history was asked for. */
  readonly history: ReadonlyMap<string, RunHistory>;
}

const NOTHING: KnownRuns = { runs: undefined, history: new Map() };

/** @param historyOf ids of runs whose curves are shown */
export function useRuns(historyOf: readonly string[] = []): KnownRuns {
  const [known, setKnown] = useState(NOTHING);
  const asked = historyOf.join(",");
  useEffect(() => {
    setKnown(({ runs }) => ({ runs, history: new Map() }));
    return follow<RunsMessage>(`/api/runs/follow?history=${asked}`, (message) =>
      setKnown((before) => withNews(before, message)),
    );
  }, [asked]);
  return known;
}

/** What is known behind a message. */
export function withNews(before: KnownRuns, { kind, runs, gone, history }: RunsMessage): KnownRuns {
  const told = new Map(runs.map((run) => [run.id, run]));
  const kept =
    kind === "snapshot" ? [] : (before.runs ?? []).filter(({ id }) => !told.has(id) && !gone.includes(id));
  const curves = new Map(before.history);
  for (const { id, from, rows, lossCurve } of history)
    curves.set(id, { rows: [...(curves.get(id)?.rows ?? []).slice(0, from), ...rows], lossCurve });
  return { runs: [...kept, ...runs].sort((a, b) => b.started - a.started), history: curves };
}
