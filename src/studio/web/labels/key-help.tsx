// The keys of the queue.
import { useEffect, useRef } from "preact/hooks";
import { TAKE, UNDO } from "./class-keys.ts";

interface KeyHelpProps {
  readonly several: boolean;
  close(): void;
}

/** Escape closes it. */
export function KeyHelp({ several, close }: KeyHelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const keys = [
    [
      "the key on its button",
      several ? "the picture has this label, or has it not" : "the picture is of this class",
    ],
    ["Enter or space", several ? "the labels are right as they are chosen" : "the label is right"],
    [TAKE, "take the suggestion"],
    [UNDO, "undo the last decision"],
    ["← →", "walk through the queue without deciding"],
    ["?", "show these keys"],
  ] as const;
  return (
    <dialog class="card" ref={dialog} onClose={close} aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        {keys.map(([key, meaning]) => (
          <>
            <dt>{key}</dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="btn">
          Close
        </button>
      </form>
    </dialog>
  );
}
