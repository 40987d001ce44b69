// What was done with the pictures, the latest first, and the way back.
import type { ChangeAction, ChangeRange } from "../../changes/api.ts";
import { get } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { Pages, useFrom } from "../parts/pages.tsx";
import { useAnswer } from "../parts/use-answer.ts";

const DONE: Readonly<Record<ChangeAction, string>> = {
  move: "Moved",
  "set-aside": "Set aside",
  delete: "Deleted",
  dismiss: "Found in order",
};

const AT_A_TIME = 50;

interface ChangeListProps {
  readonly readOnly: boolean;
  readonly version: number;
  undo(id: number): void;
}

/** Of this studio and of those before it. */
export function ChangeList({ readOnly, version, undo }: ChangeListProps) {
  const from = useFrom();
  const { answer, error } = useAnswer(
    () => get<ChangeRange>(`/api/changes?from=${from}&count=${AT_A_TIME}`),
    [version, from],
  );
  if (error !== undefined) return <Notice kind="error">{error}</Notice>;
  if (answer?.total === 0) return <p>Nothing has been changed.</p>;
  return (
    <>
      <ul class="changes">
        {answer?.changes.map(({ id, action, at, className, count, standing, names }) => (
          <li key={id}>
            <span>
              {DONE[action]}
              {className !== null && ` to ${className}`}: {names.join(", ")}
              {count > names.length && ` and ${count - names.length} more`}{" "}
              <small>{new Date(at).toLocaleString()}</small>
            </span>
            {standing === 0 ? (
              <small>undone</small>
            ) : (
              !readOnly && (
                <button type="button" class="btn" onClick={() => undo(id)}>
                  Undo
                </button>
              )
            )}
          </li>
        ))}
      </ul>
      {answer && <Pages path="/data/changes" total={answer.total} from={from} size={AT_A_TIME} />}
    </>
  );
}
