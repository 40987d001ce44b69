// What has been decided, each with a way back, and the command that trains with it.
import { useState } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import { Command } from "../parts/command.tsx";
import { Notice } from "../parts/notice.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { decisionWords } from "./label-desk.tsx";
import { sameNames } from "./label-names.ts";
import type { OpenQueue } from "./use-label-queue.ts";

/** Shown at first. */
const FEW = 20;

/** The newest first. */
export function DecisionList({ open, readOnly }: { readonly open: OpenQueue; readonly readOnly: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const { decisions, command, file } = open.decisions!;
  if (decisions.length === 0) return null;
  const changes = decisions.filter(({ from, to }) => !sameNames(from, to)).length;
  const stale = decisions.filter((decision) => decision.stale !== null);
  const skipped = stale.filter((decision) => decision.skipped).length;
  const refused = stale.length - skipped;
  const newest = decisions.toReversed();
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">Decisions</h2>
      <p class="sub">
        {wholeNumber(decisions.length)} decided, {wholeNumber(changes)} of them changed; written to{" "}
        <code>{file}</code>
      </p>
      {stale.length > 0 && (
        <Notice kind="warning">
          {skipped > 0 &&
            `${wholeNumber(skipped)} left out by training, since pictures were moved; undoing that brings the decisions back. `}
          {refused > 0 &&
            `${wholeNumber(refused)} that no longer ${refused === 1 ? "fits" : "fit"} the data: training refuses the list until this is forgotten. `}
          <button type="button" class="btn" disabled={readOnly} onClick={() => open.drop()}>
            Forget {wholeNumber(stale.length)}
          </button>
        </Notice>
      )}
      <Command title="Train with them" command={command} />
      <ul class="decisions">
        {newest.slice(0, isWhole ? newest.length : FEW).map(({ name, picture, from, to, stale: reason }) => (
          <li key={name}>
            {picture === null ? <span class="thumb" /> : <Thumbnail id={picture} side={48} />}
            <div>
              <strong>{decisionWords(from, to)}</strong>
              <span class="sub">{name}</span>
              {reason !== null && <span class="stale">{reason}</span>}
            </div>
            <button
              type="button"
              class="btn"
              disabled={readOnly}
              aria-label={`Undo the decision about ${name}`}
              onClick={() => open.undo(name)}
            >
              Undo
            </button>
          </li>
        ))}
      </ul>
      {!isWhole && newest.length > FEW && (
        <button type="button" class="btn" onClick={() => setWhole(true)}>
          Show all {wholeNumber(newest.length)}
        </button>
      )}
    </section>
  );
}
