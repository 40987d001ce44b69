// A button for each class with its key; of many classes those whose names hold what is typed.
import { useState } from "preact/hooks";
import { findClasses } from "./class-keys.ts";

interface ClassButtonsProps {
  readonly classes: readonly string[];
  readonly keys: ReadonlyMap<string, string>;
  /** Whether a picture may have several of them. */
  readonly several: boolean;
  /** Those that are chosen. */
  readonly pressed: readonly string[];
  readonly disabled: boolean;
  choose(name: string): void;
}

/** More classes than this can be found by name; without names typed so many are shown. */
const FEW = 12;

/** Enter in the field chooses the first that is found. */
export function ClassButtons({ classes, keys, several, pressed, disabled, choose }: ClassButtonsProps) {
  const [typed, setTyped] = useState("");
  const isMany = classes.length > FEW;
  const found = findClasses(classes, typed);
  const shown = keys.size > 0 || typed !== "" ? found : found.slice(0, FEW);
  const take = (name: string): void => {
    setTyped("");
    choose(name);
  };
  return (
    <fieldset class="class-buttons" disabled={disabled}>
      <legend>{several ? "It shows" : "It is another class"}</legend>
      {isMany && (
        <input
          type="search"
          aria-label="Find a class"
          placeholder="Find a class"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key !== "Enter" || typed.trim() === "" || found[0] === undefined) return;
            event.preventDefault();
            event.currentTarget.blur();
            take(found[0]);
          }}
        />
      )}
      <div class="class-list">
        {shown.map((name) => (
          <button
            key={name}
            type="button"
            class="btn"
            aria-pressed={pressed.includes(name)}
            onClick={() => take(name)}
          >
            {keys.has(name) && <kbd>{keys.get(name)}</kbd>} {name}
          </button>
        ))}
        {shown.length < found.length && <span class="sub">and {found.length - shown.length} more</span>}
      </div>
    </fieldset>
  );
}
