// The runs of the studio's folder as a table that keeps up with them.
import { useState } from "preact/hooks";
import type { RunRow, StudyRow } from "../../runs/api.ts";
import { Link } from "../parts/link.tsx";
import { go } from "../router.ts";
import { RunActions } from "./run-actions.tsx";
import { RunStatus } from "./run-status.tsx";
import { epochsText, headlineOf, metricText, speedText, timeLeft } from "./words.ts";

interface RunListProps {
  readonly runs: readonly RunRow[];
  readonly studies: readonly StudyRow[];
  readonly readOnly: boolean;
}

/** Runs that are shown at first, and by each press of the button below them. */
const PAGE = 100;

/** Rows can be chosen to be compared. */
export function RunList({ runs, studies, readOnly }: RunListProps) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [shown, setShown] = useState(PAGE);
  const there = chosen.filter((id) => runs.some((run) => run.id === id));
  const headlines = [...new Set(runs.map(headlineOf))];
  const toggle = (id: string): void =>
    setChosen(there.includes(id) ? there.filter((each) => each !== id) : [...there, id]);
  return (
    <>
      {studies.length > 0 && (
        <p class="studies">
          Studies:{" "}
          {studies.map(({ id, name }) => (
            <Link key={id} to={`/runs?study=${id}`}>
              {name}
            </Link>
          ))}
        </p>
      )}
      <div class="filters">
        <button
          type="button"
          class="btn"
          disabled={there.length < 2}
          onClick={() => go(`/runs?compare=${there.join(",")}`)}
        >
          Compare {there.length >= 2 ? `${there.length} runs` : "chosen runs"}
        </button>
      </div>
      <div class="card">
        <table class="runs">
          <thead>
            <tr>
              <th>
                <span class="unseen">Choose</span>
              </th>
              <th>Run</th>
              <th>Status</th>
              <th class="num">Epochs</th>
              {headlines.map((name) => (
                <th key={name} class="num">
                  {name}
                </th>
              ))}
              <th class="num">val/loss</th>
              <th class="num">Images/s</th>
              <th class="num">Time left</th>
              <th>
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, shown).map((run) => (
              <tr key={run.id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Compare ${run.name}`}
                    checked={there.includes(run.id)}
                    onChange={() => toggle(run.id)}
                  />
                </td>
                <th scope="row">
                  <Link to={`/runs?run=${run.id}`}>{run.name}</Link>
                  <small>{run.model}</small>
                </th>
                <td>
                  <RunStatus run={run} />
                </td>
                <td class="num" data-label="epochs">
                  {epochsText(run)}
                </td>
                {headlines.map((name) => (
                  <td key={name} class="num" data-label={name}>
                    {metricText(name, run.metrics[name])}
                  </td>
                ))}
                <td class="num" data-label="val/loss">
                  {metricText("val/loss", run.metrics["val/loss"])}
                </td>
                <td class="num" data-label="images/s">
                  {speedText(run)}
                </td>
                <td class="num" data-label="time left">
                  {timeLeft(run)}
                </td>
                <td>
                  <RunActions run={run} readOnly={readOnly} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {runs.length > shown && (
        <button type="button" class="btn more" onClick={() => setShown(shown + PAGE)}>
          Show more of {runs.length} runs
        </button>
      )}
    </>
  );
}
