// How a run stands, as a word with a mark, and how far it is as a bar.
import type { RunRow } from "../../runs/api.ts";
import { phaseText } from "./words.ts";

/** The mark's shape says it too, for those who do not see colours. */
export function RunStatus({ run }: { readonly run: RunRow }) {
  const { status, reason, progress } = run;
  const isGoing = status === "running" || status === "starting";
  return (
    <div class="run-status">
      <span class={`state ${status.replace(" ", "-")}`} title={reason ?? undefined}>
        {status}
      </span>
      {isGoing && <small>{phaseText(run)}</small>}
      {isGoing && progress?.share !== null && progress !== null && (
        <progress max={1} value={progress.share} aria-label={`How far ${run.name} is`} />
      )}
    </div>
  );
}
