// One setting of the form: its name, what it is entered with, what is said about it, and a way back.
import { useId } from "preact/hooks";
import type { FormField, FormGroup } from "../../runs/api.ts";

interface SettingProps {
  readonly name: string;
  readonly keyName: string;
  /** What was typed; undefined: nothing. */
  readonly typed: string | undefined;
  readonly problem: string | undefined;
  /** @param text undefined: back to what it was */
  change(text: string | undefined): void;
}

/** A key of the configuration, or a group of it. */
export type Entry = { readonly field: FormField } | { readonly group: FormGroup };

/** What was typed stands there until the configuration has it. */
export function SettingField({ entry, ...props }: SettingProps & { readonly entry: Entry }) {
  const { name, keyName, typed, problem, change } = props;
  const id = useId();
  const [about, options, text] = "group" in entry ? ofGroup(entry.group, typed) : ofField(entry.field, typed);
  const isNumber = "field" in entry && entry.field.control.kind === "number";
  const described = [about === "" ? "" : `${id}-about`, problem === undefined ? "" : `${id}-problem`]
    .join(" ")
    .trim();
  const common = {
    id,
    "aria-describedby": described === "" ? undefined : described,
    "aria-invalid": problem !== undefined,
  };
  return (
    <div class={`setting${typed === undefined ? "" : " given"}`}>
      <label for={id}>
        {name} {name !== keyName && <code>{keyName}</code>}
      </label>
      <div class="entry">
        {options === undefined ? (
          <input
            {...common}
            value={text}
            inputMode={isNumber ? "decimal" : "text"}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => change(event.currentTarget.value)}
          />
        ) : (
          <select {...common} value={text} onChange={(event) => change(event.currentTarget.value)}>
            {options.map((option) => (
              <option key={option} value={option}>
                {option === "null" ? "none" : option}
              </option>
            ))}
          </select>
        )}
        {typed !== undefined && (
          <button type="button" class="btn" aria-label={`Reset ${name}`} onClick={() => change(undefined)}>
            Reset
          </button>
        )}
      </div>
      {problem !== undefined && (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
      {about !== "" && <small id={`${id}-about`}>{about}</small>}
    </div>
  );
}

type Shown = readonly [about: string, options: readonly string[] | undefined, text: string];

function ofGroup({ options, chosen }: FormGroup, typed: string | undefined): Shown {
  const text = typed ?? chosen ?? "null";
  const about = options.find(({ name }) => name === text)?.about ?? "";
  const names = ["null", ...options.map(({ name }) => name)];
  return [about, names.includes(text) ? names : [...names, text], text];
}

function ofField({ control, isNullable, text: now, about }: FormField, typed: string | undefined): Shown {
  const text = typed ?? now;
  if (control.kind !== "switch" && control.kind !== "choice") return [about, undefined, text];
  const known = control.kind === "switch" ? ["true", "false"] : control.options;
  const options = [...new Set([...(isNullable ? ["null"] : []), ...known, text])];
  return [about, options, text];
}
