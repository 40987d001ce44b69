// Several runs side by side: their curves over each other, and what differs in settings and results.
import { useEffect, useState } from "preact/hooks";
import { isOfOneClass } from "../../../core/index.ts";
import type { Difference, RunDifferences } from "../../runs/api.ts";
import { get } from "../client.ts";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { Scrolling } from "../parts/scrolling.tsx";
import { Curves } from "./curves.tsx";
import { RunStatus } from "./run-status.tsx";
import { useRuns } from "./use-runs.ts";
import { headlineOf } from "./words.ts";

/** Follows the runs as long as they are shown. */
export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const { runs, history } = useRuns(ids);
  const [differences, setDifferences] = useState<RunDifferences & { readonly names: readonly string[] }>();
  const [error, setError] = useState<string>();
  const [metric, setMetric] = useState<string>();
  const shown = ids.flatMap((id) => runs?.find((run) => run.id === id) ?? []);
  const version = shown.map(({ id, status, epochs }) => `${id} ${status} ${epochs}`).join();
  const gone = runs === undefined ? 0 : ids.length - shown.length;
  useEffect(() => {
    if (shown.length === 0) return;
    const asked = shown.map(({ id }) => id).join(",");
    const names = shown.map(({ name }) => name);
    get<RunDifferences>(`/api/runs/compare?runs=${asked}`).then(
      (told) => {
        setDifferences({ ...told, names });
        setError(undefined);
      },
      (refused: Error) => setError(refused.message),
    );
  }, [version]);
  const [first] = shown;
  const logged = new Set(
    ids.flatMap((id) => (history.get(id)?.rows ?? []).flatMap(({ metrics }) => Object.keys(metrics))),
  );
  const metrics = [...logged].filter((name) => !isOfOneClass(name));
  const drawn =
    metric === undefined
      ? [first === undefined ? "" : headlineOf(first), "val/loss", "train/loss"]
      : [metric];
  return (
    <>
      <p class="sub">
        <Link to="/runs">All runs</Link>
      </p>
      <h1>Runs compared</h1>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {gone > 0 && (
        <Notice kind="warning">
          {gone === 1 ? "One of these runs is" : `${gone} of these runs are`} not, or no longer, among those
          of this studio.
        </Notice>
      )}
      <ul class="compared">
        {shown.map((run) => (
          <li key={run.id}>
            <Link to={`/runs?run=${run.id}`}>{run.name}</Link>
            <RunStatus run={run} />
          </li>
        ))}
      </ul>
      <label class="field">
        Curves of
        <select
          value={metric ?? ""}
          onChange={({ currentTarget: { value } }) => setMetric(value === "" ? undefined : value)}
        >
          <option value="">what runs are judged by</option>
          {metrics.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <h2 class="unseen">Curves</h2>
      <div class="grid2 below">
        {drawn.map((name) => (
          <Curves
            key={name}
            title={name}
            metric={name}
            curves={shown.map((run) => ({
              name: run.name,
              points: (history.get(run.id)?.rows ?? []).flatMap(({ epoch, metrics: values }) =>
                values[name] === undefined ? [] : [[epoch, values[name]] as const],
              ),
            }))}
          />
        ))}
      </div>
      {differences !== undefined && (
        <>
          <DifferenceTable title="Settings" names={differences.names} rows={differences.settings} />
          <DifferenceTable title="Results" names={differences.names} rows={differences.results} />
        </>
      )}
    </>
  );
}

interface DifferenceTableProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly rows: readonly Difference[];
}

/** What is not as in the first run is marked. */
function DifferenceTable({ title, names, rows }: DifferenceTableProps) {
  return (
    <section>
      <h2>{title} that differ</h2>
      {rows.length === 0 ? (
        <p class="sub">They are the same.</p>
      ) : (
        <Scrolling name={`${title} that differ`} look="card">
          <table class="differences">
            <thead>
              <tr>
                <th>{title}</th>
                {names.map((name) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ key, values }) => (
                <tr key={key}>
                  <th scope="row">
                    <code>{key}</code>
                  </th>
                  {values.map((value, i) => (
                    <td key={i}>{value === values[0] ? (value ?? "-") : <mark>{value ?? "-"}</mark>}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
    </section>
  );
}
