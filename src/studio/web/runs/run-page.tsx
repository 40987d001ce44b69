// One run: how far it is, its curves, what it confuses, its settings, and what it has said.
import { useEffect, useState } from "preact/hooks";
import { headlineMetrics } from "../../../core/index.ts";
import type { RunDetail, RunLogTail, RunRow } from "../../runs/api.ts";
import { get } from "../client.ts";
import { Command } from "../parts/command.tsx";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { Scrolling } from "../parts/scrolling.tsx";
import { Curves } from "./curves.tsx";
import { Judgement } from "./judgement.tsx";
import { RunActions } from "./run-actions.tsx";
import { RunSettings } from "./run-settings.tsx";
import { RunStatus } from "./run-status.tsx";
import { trainAddress } from "./train-address.ts";
import { type RunHistory, useRuns } from "./use-runs.ts";
import { epochsText, headlineOf, metricText, speedText, timeLeft } from "./words.ts";

interface RunPageProps {
  readonly id: string;
  readonly readOnly: boolean;
}

/** Follows the run as long as it is shown. */
export function RunPage({ id, readOnly }: RunPageProps) {
  const { runs, history } = useRuns([id]);
  const run = runs?.find((each) => each.id === id);
  const { rows, lossCurve } = history.get(id) ?? { rows: [], lossCurve: [] };
  if (runs === undefined) return <p class="sub">Looking for the run</p>;
  if (run === undefined) {
    return (
      <>
        <p class="sub">
          <Link to="/runs">All runs</Link>
        </p>
        <h1>No such run</h1>
        <Notice kind="error">Its folder is not, or no longer, among those of this studio.</Notice>
      </>
    );
  }
  const headline = headlineOf(run);
  const quality = headline.slice("val/".length);
  const train = headlineMetrics(quality === "map" ? "multi_label" : "multi_class").train;
  const curve = (metric: string) => ({
    name: metric,
    points: rows.flatMap(({ epoch, metrics }) =>
      metrics[metric] === undefined ? [] : [[epoch, metrics[metric]] as const],
    ),
  });
  return (
    <>
      <p class="sub">
        <Link to="/runs">All runs</Link>
      </p>
      <div class="run-head">
        <h1>{run.name}</h1>
        <RunStatus run={run} />
        <RunActions run={run} readOnly={readOnly} />
        {run.hasReport && (
          <a href={`/api/runs/${id}/report`} target="_blank" rel="noopener noreferrer">
            Report
          </a>
        )}
      </div>
      {run.reason !== null && (
        <Notice kind={run.status === "failed" || run.status === "not started" ? "error" : "info"}>
          {run.reason}
        </Notice>
      )}
      <Tiles run={run} headline={headline} />
      {rows.length + lossCurve.length > 0 && <h2 class="unseen">Curves</h2>}
      <div class="grid2 below">
        <Curves
          title="Loss"
          metric="train/loss"
          curves={[
            ...["train/loss", "val/loss"].map(curve),
            { name: "train/loss within the epochs", points: isFine(lossCurve) ? lossCurve : [] },
          ]}
        />
        <Curves title="Quality" metric={headline} curves={[`train/${train}`, headline].map(curve)} />
      </div>
      <Details run={run} readOnly={readOnly} />
    </>
  );
}

/** Whether it says more than the epochs do. */
function isFine(curve: RunHistory["lossCurve"]): boolean {
  const [before, last] = curve.slice(-2);
  return before !== undefined && last !== undefined && last[0] - before[0] < 0.5;
}

function Tiles({ run, headline }: { readonly run: RunRow; readonly headline: string }) {
  const { metrics, best, progress } = run;
  const tested = headline.replace("val/", "test/");
  const tiles: readonly (readonly [name: string, value: string])[] = [
    ["Epochs", epochsText(run)],
    [headline, metricText(headline, metrics[headline])],
    ["val/loss", metricText("val/loss", metrics["val/loss"])],
    ["Loss now", metricText("train/loss", progress?.loss ?? metrics["train/loss"])],
    ...(best === null ? [] : [["Best epoch", String(best.epoch)] as const]),
    ...(metrics[tested] === undefined ? [] : [[tested, metricText(tested, metrics[tested])] as const]),
    ["Images/s", speedText(run)],
    ["Time left", timeLeft(run)],
  ];
  return (
    <div class="tiles">
      {tiles.map(([name, value]) => (
        <div key={name} class="card tile">
          <span>{name}</span>
          <strong>{value}</strong>
        </div>
      ))}
    </div>
  );
}

/** Asked for again whenever an epoch has ended, and where the run's state is another one. */
function Details({ run, readOnly }: { readonly run: RunRow; readonly readOnly: boolean }) {
  const { id, status, epochs, hasReport } = run;
  const [detail, setDetail] = useState<RunDetail>();
  const [error, setError] = useState<string>();
  const hasFolder = status !== "starting" && status !== "not started";
  useEffect(() => {
    if (!hasFolder) return;
    get<RunDetail>(`/api/runs/${id}`).then(setDetail, (refused: Error) => setError(refused.message));
  }, [id, hasFolder, status, epochs, hasReport]);
  const version = `${status} ${epochs}`;
  return (
    <>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {detail !== undefined && <Judgement detail={detail} version={version} />}
      <LogTail id={id} changed={run.changed} isLive={status === "running" || !hasFolder} />
      {detail !== undefined && (
        <>
          <Command title="Started with" command={detail.command} />
          {!readOnly && (
            <p>
              <Link to={trainAddress(detail.asSettings, detail.furtherSettings)}>
                Train again with these settings
              </Link>
            </p>
          )}
          <RunSettings settings={detail.settings} environment={detail.environment} />
        </>
      )}
    </>
  );
}

interface LogTailProps {
  readonly id: string;
  readonly changed: number;
  readonly isLive: boolean;
}

/** Milliseconds between two looks at what a run says. */
const INTERVAL = 2000;

function LogTail({ id, changed, isLive }: LogTailProps) {
  const [text, setText] = useState("");
  useEffect(() => {
    const read = (): void =>
      void get<RunLogTail>(`/api/runs/${id}/log`).then(
        (tail) => setText(tail.text),
        () => undefined,
      );
    read();
    if (!isLive) return;
    const timer = setInterval(read, INTERVAL);
    return () => clearInterval(timer);
  }, [id, isLive, isLive ? 0 : changed]);
  if (text === "") return null;
  return (
    <section>
      <h2>Log</h2>
      <Scrolling name="What the run has said last" look="card log">
        <pre>{text}</pre>
      </Scrolling>
    </section>
  );
}
