// One picture large, what it is labelled as, what the model says, and the keys that decide.
import { useRef, useState } from "preact/hooks";
import { percent } from "../../../report/html.ts";
import type { LabelNames, QueuedPicture } from "../../labels/api.ts";
import type { PageProps } from "../page-props.ts";
import { ClassButtons } from "./class-buttons.tsx";
import { classKeys, TAKE, UNDO } from "./class-keys.ts";
import { KeyHelp } from "./key-help.tsx";
import { labelWords, namesOf, sameNames } from "./label-names.ts";
import { useKeys } from "./use-keys.ts";
import type { OpenQueue } from "./use-label-queue.ts";

/** Pictures that are loaded before they are asked for. */
const AHEAD = 3;

/** Decides about the picture where the queue is. */
export function LabelDesk({ open, studio }: { readonly open: OpenQueue } & PageProps) {
  const picture = open.queue!.pictures[open.at]!;
  const { classes, task } = studio.data!;
  const several = task === "multi_label";
  const decision = open.decisionOf(picture);
  const start = decision?.to ?? picture.given;
  const [chosen, setChosen] = useState({ picture: picture.picture, names: start });
  const [isHelpOpen, setHelpOpen] = useState(false);
  const stage = useRef<HTMLElement>(null);
  const names = chosen.picture === picture.picture ? chosen.names : start;
  const keys = classKeys(classes);
  const { readOnly } = studio;

  const decide = (to: LabelNames): void => {
    if (readOnly) return;
    open.decide(to);
    // A button that keeps the focus would answer Enter for the next picture.
    stage.current?.focus({ preventScroll: true });
  };
  const choose = (name: string): void => {
    if (!several) {
      decide(name);
      return;
    }
    const own = namesOf(names);
    const next = own.includes(name) ? own.filter((each) => each !== name) : [...own, name];
    setChosen({ picture: picture.picture, names: next });
  };
  const undo = (): void => {
    if (!readOnly) open.undo();
  };
  const keep = (): void => decide(several ? names : picture.given);

  useKeys(
    {
      ...Object.fromEntries(Array.from(keys, ([name, key]) => [key, () => choose(name)])),
      Enter: keep,
      " ": keep,
      ArrowLeft: () => open.walk(-1),
      ArrowRight: () => open.walk(1),
      "?": () => setHelpOpen(true),
      [UNDO]: undo,
      [TAKE]: () => decide(picture.suggested),
    },
    !isHelpOpen,
  );

  return (
    <section class="desk" aria-label="Picture to decide about">
      <figure class="card stage" ref={stage} tabIndex={-1}>
        <Stage pictures={open.queue!.pictures.slice(open.at, open.at + 1 + AHEAD)} />
        <figcaption class="sub">{picture.name}</figcaption>
      </figure>
      <div class="card verdict">
        <dl aria-live="polite">
          <dt>Labelled</dt>
          <dd>
            <strong>{labelWords(picture.given)}</strong>
            {picture.isError && " (a likely error)"}
          </dd>
          <dt>Suggested</dt>
          <dd>
            <strong>{labelWords(picture.suggested)}</strong>
            {!picture.isError && " (the model is not sure)"}
          </dd>
          <dt>Decided</dt>
          <dd>{decision === undefined ? "not yet" : decisionWords(decision.from, decision.to)}</dd>
        </dl>
        <Probabilities picture={picture} />
        <div class="verdict-actions">
          <button type="button" class="btn" onClick={keep} disabled={readOnly}>
            {several && !sameNames(names, picture.given) ? "Save these labels" : "Keep the label"}{" "}
            <kbd>Enter</kbd>
          </button>
          <button
            type="button"
            class="btn main"
            onClick={() => decide(picture.suggested)}
            disabled={readOnly}
          >
            Take the suggestion <kbd>{TAKE}</kbd>
          </button>
        </div>
        <ClassButtons
          classes={classes}
          keys={keys}
          several={several}
          pressed={decision === undefined && !several ? [] : namesOf(several ? names : decision!.to)}
          disabled={readOnly}
          choose={choose}
        />
        <div class="verdict-actions">
          <button type="button" class="btn" onClick={() => open.walk(-1)} disabled={open.at === 0}>
            Previous <kbd>←</kbd>
          </button>
          <button
            type="button"
            class="btn"
            onClick={() => open.walk(1)}
            disabled={open.at === open.queue!.pictures.length - 1}
          >
            Next <kbd>→</kbd>
          </button>
          <button
            type="button"
            class="btn"
            onClick={undo}
            disabled={readOnly || open.decisions!.decisions.length === 0}
          >
            Undo the last <kbd>{UNDO}</kbd>
          </button>
          <button type="button" class="btn" onClick={() => setHelpOpen(true)}>
            Keys <kbd>?</kbd>
          </button>
        </div>
      </div>
      {isHelpOpen && <KeyHelp several={several} close={() => setHelpOpen(false)} />}
    </section>
  );
}

/** What was decided, in words. */
export function decisionWords(from: LabelNames, to: LabelNames): string {
  return sameNames(from, to) ? `${labelWords(to)} is right` : `${labelWords(from)} → ${labelWords(to)}`;
}

/** The first of the pictures; the others are there already when their turn comes. */
function Stage({ pictures }: { readonly pictures: readonly QueuedPicture[] }) {
  const [unreadable, setUnreadable] = useState<ReadonlySet<number>>(new Set());
  return (
    <div class="stage-frame">
      {pictures.map(({ picture, name, given }, i) =>
        unreadable.has(picture) ? (
          <p key={picture} class="sub" hidden={i > 0}>
            This picture cannot be shown.
          </p>
        ) : (
          <img
            key={picture}
            src={`/api/data/pictures/${picture}/whole`}
            alt={`${name}, labelled ${labelWords(given)}`}
            hidden={i > 0}
            onError={() => setUnreadable(new Set([...unreadable, picture]))}
          />
        ),
      )}
    </div>
  );
}

function Probabilities({ picture }: { readonly picture: QueuedPicture }) {
  return (
    <div class="shares">
      {picture.classes.map(({ name, probability }) => (
        <div key={name}>
          <span>
            {name}
            {namesOf(picture.given).includes(name) && <small class="sub"> (given)</small>}
          </span>
          <div class="track">
            <i style={{ width: `${100 * probability}%` }} />
          </div>
          <b>{percent(probability)}</b>
        </div>
      ))}
    </div>
  );
}
