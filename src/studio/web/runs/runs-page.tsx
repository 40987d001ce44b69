// Runs: all of them, one of them, several side by side, or a study.
import "./runs.css";
import { useEffect, useState } from "preact/hooks";
import type { StudyRow } from "../../runs/api.ts";
import { get } from "../client.ts";
import type { PageProps } from "../page-props.ts";
import { Link } from "../parts/link.tsx";
import { usePlace } from "../router.ts";
import { ComparePage } from "./compare-page.tsx";
import { RunList } from "./run-list.tsx";
import { RunPage } from "./run-page.tsx";
import { StudyPage } from "./study-page.tsx";
import { useRuns } from "./use-runs.ts";

/** What is shown stands in the address. */
export function RunsPage({ studio }: PageProps) {
  const { query } = usePlace();
  const [run, compared, study] = [query.get("run"), query.get("compare"), query.get("study")];
  if (run !== null) return <RunPage key={run} id={run} readOnly={studio.readOnly} />;
  if (compared !== null) return <ComparePage key={compared} ids={compared.split(",")} />;
  if (study !== null) return <StudyPage key={study} id={study} />;
  return <AllRuns studio={studio} />;
}

function AllRuns({ studio }: PageProps) {
  const { runs } = useRuns();
  const [studies, setStudies] = useState<readonly StudyRow[]>([]);
  useEffect(() => {
    get<StudyRow[]>("/api/studies").then(setStudies, () => undefined);
  }, []);
  return (
    <>
      <h1>Runs</h1>
      {runs === undefined && <p class="sub">Looking for runs</p>}
      {runs?.length === 0 && (
        <p class="sub">
          There are no runs in {studio.runs} yet.{" "}
          {!studio.readOnly && <Link to="/train">Start a training</Link>}
        </p>
      )}
      {runs !== undefined && (runs.length > 0 || studies.length > 0) && (
        <RunList runs={runs} studies={studies} readOnly={studio.readOnly} />
      )}
    </>
  );
}
