// One picture, large, with all that is known of it.
import { useEffect, useRef } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import type { PictureFacts } from "../../data/api.ts";
import { get } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { PROBLEM_NAMES } from "./problem-list.tsx";

interface PictureViewProps {
  readonly id: number;
  readonly classes: readonly string[];
  close(): void;
}

/** Escape closes it. */
export function PictureView({ id, classes, close }: PictureViewProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { answer, error } = useAnswer(() => get<PictureFacts>(`/api/data/pictures/${id}`), [id]);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="picture-view" aria-label="Picture" onClose={close}>
      <button type="button" class="btn" onClick={() => dialog.current?.close()}>
        Close
      </button>
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {answer && answer.width !== null && <img src={`/api/data/pictures/${id}/whole`} alt={answer.name} />}
      {answer && (
        <dl>
          <dt>File</dt>
          <dd>{answer.name}</dd>
          <dt>Class</dt>
          <dd>{answer.labels.map((label) => classes[label]).join(", ")}</dd>
          <dt>Split</dt>
          <dd>{answer.part}</dd>
          <dt>Size</dt>
          <dd>
            {answer.width === null ? "cannot be read" : `${answer.width} x ${answer.height}`}
            {answer.bytes !== null && `, ${wholeNumber(answer.bytes)} bytes`}
          </dd>
          <dt>Problems</dt>
          <dd>{answer.problems.map((kind) => PROBLEM_NAMES[kind]).join(", ") || "none known"}</dd>
        </dl>
      )}
    </dialog>
  );
}
