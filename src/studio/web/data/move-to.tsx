// What can be done with pictures: move them to another class, set them aside, delete them.
import type { Change } from "./change.ts";

interface MoveToProps {
  readonly classes: readonly string[];
  /** What is moved, for those who do not see it. */
  readonly name: string;
  readonly ids: readonly number[];
  readonly change: Change;
}

/** Deleting asks first. */
export function MoveTo({ classes, name, ids, change }: MoveToProps) {
  return (
    <span class="actions">
      <select
        aria-label={`Move ${name} to a class`}
        value=""
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== "") change({ action: "move", ids, label: Number(currentTarget.value) });
          currentTarget.value = "";
        }}
      >
        <option value="">Move to</option>
        {classes.map((each, label) => (
          <option key={each} value={label}>
            {each}
          </option>
        ))}
      </select>
      <button type="button" class="btn" onClick={() => change({ action: "set-aside", ids })}>
        Set aside
      </button>
      <button
        type="button"
        class="btn"
        onClick={() => {
          if (
            confirm(
              `Delete ${name}? It goes to the folder "deleted" beside the data, and can be brought back.`,
            )
          ) {
            change({ action: "delete", ids });
          }
        }}
      >
        Delete
      </button>
    </span>
  );
}
