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
  const stale = decisions.filter((decision) => decision.stale !== null).length;
  const newest = decisions.toReversed();
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">Decisions</h2>
      <p class="sub">
        {wholeNumber(decisions.length)} decided, {wholeNumber(changes)} of them changed; written to{" "}
        <code>{file}</code>
      </p>
      {stale > 0 && (
        <Notice kind="warning">
          {wholeNumber(stale)} no longer {stale === 1 ? "fits" : "fit"} the data. Training refuses the list
          until {stale === 1 ? "it is" : "they are"} undone.
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
