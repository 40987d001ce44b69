// Labels: the pictures whose labels a model contradicts, one after the other, to be kept or corrected.
import { useEffect, useState } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import type { LabelSource } from "../../labels/api.ts";
import { get } from "../client.ts";
import type { PageProps } from "../page-props.ts";
import { Command } from "../parts/command.tsx";
import { Notice } from "../parts/notice.tsx";
import { go, usePlace } from "../router.ts";
import { DecisionList } from "./decision-list.tsx";
import { HowComputed } from "./how-computed.tsx";
import { LabelDesk } from "./label-desk.tsx";
import { type OpenQueue, useLabelQueue } from "./use-label-queue.ts";
import "./labels.css";

/** Keyboard first; everything works with a mouse and on a narrow screen too. */
export function LabelsPage({ studio }: PageProps) {
  const [sources, setSources] = useState<readonly LabelSource[]>();
  const [error, setError] = useState<Error>();
  const { query } = usePlace();
  useEffect(() => {
    get<readonly LabelSource[]>("/api/labels/sources").then(setSources, setError);
  }, []);
  const source = sources?.find(({ id }) => id === query.get("from")) ?? sources?.[0];
  const open = useLabelQueue(source?.id);
  const failed = error ?? open.error;
  return (
    <div class="labels">
      <div class="labels-top">
        <h1>Labels</h1>
        {source !== undefined && <SourceChoice sources={sources!} chosen={source} />}
        <Progress open={open} />
      </div>
      {failed !== undefined && <Notice kind="error">{failed.message}</Notice>}
      {sources?.length === 0 && open.decisions !== undefined && <NoPredictions open={open} />}
      <Work open={open} studio={studio} />
      {open.decisions !== undefined && <DecisionList open={open} readOnly={studio.readOnly} />}
      <HowComputed />
    </div>
  );
}

function Work({ open, studio }: { readonly open: OpenQueue } & PageProps) {
  const { queue, at } = open;
  if (queue === undefined) return null;
  if (queue.predicted === 0) {
    return <Notice kind="warning">These predictions are of other pictures than those of this data.</Notice>;
  }
  if (at < 0 && queue.pictures.length === 0) {
    return (
      <Notice kind="info">
        The model agrees with every label of its {wholeNumber(queue.predicted)} pictures.
      </Notice>
    );
  }
  return at < 0 ? null : <LabelDesk open={open} studio={studio} />;
}

function SourceChoice({
  sources,
  chosen,
}: {
  readonly sources: readonly LabelSource[];
  readonly chosen: LabelSource;
}) {
  return (
    <label class="field">
      Predictions of
      <select
        value={chosen.id}
        onChange={({ currentTarget }) => {
          go(`/labels?${new URLSearchParams({ from: currentTarget.value })}`);
          currentTarget.blur();
        }}
      >
        {sources.map(({ id, name, kind }) => (
          <option key={id} value={id}>
            {name} ({kind === "run" ? "validation pictures" : "all folds"})
          </option>
        ))}
      </select>
    </label>
  );
}

function Progress({ open: { queue, at, decisionOf } }: { readonly open: OpenQueue }) {
  if (queue === undefined || at < 0) return null;
  const decided = queue.pictures.filter((picture) => decisionOf(picture) !== undefined).length;
  const { length } = queue.pictures;
  const total = wholeNumber(length);
  return (
    <p class="sub labels-progress" role="status">
      <strong>
        {wholeNumber(at + 1)} of {total}
      </strong>
      {queue.more > 0 && `, the worst of ${wholeNumber(length + queue.more)}`}
      {decided === length ? ", all decided" : `, ${wholeNumber(decided)} decided`}
    </p>
  );
}

function NoPredictions({ open }: { readonly open: OpenQueue }) {
  return (
    <div class="card">
      <h2>There are no predictions yet</h2>
      <p>
        Wrong labels are found by what a model says of pictures that it was not trained on. This command makes
        such predictions; load this page again when it has ended.
      </p>
      <Command title="In a terminal" command={open.decisions!.predict} />
    </div>
  );
}
