// The form of a training: common settings first, every other one by search, and the command that it amounts to.
import "./runs.css";
import { useEffect, useState } from "preact/hooks";
import type { FormRequest, FormSetting, StartedTraining, TrainForm } from "../../runs/api.ts";
import { post } from "../client.ts";
import type { PageProps } from "../page-props.ts";
import { Command } from "../parts/command.tsx";
import { Notice } from "../parts/notice.tsx";
import { go, usePlace } from "../router.ts";
import { type Entry, SettingField } from "./setting-field.tsx";
import { FURTHER, requestOf, trainAddress } from "./train-address.ts";

const COMMON: readonly (readonly [key: string, name: string])[] = [
  ["recipe", "Recipe"],
  ["model", "Model"],
  ["model.pretrained", "Weights to start from"],
  ["trainer.max_epochs", "Epochs"],
  ["data.batch_size", "Batch size"],
  ["model.learning_rate", "Learning rate"],
  ["data.image_size", "Image size"],
  ["transforms", "Augmentation"],
  ["runtime", "Runtime"],
  ["seed", "Seed"],
  ["data.root", "Pictures"],
];

/** Milliseconds behind the last key before the configuration is asked. */
const PATIENCE = 200;
/** Fields that a search shows. */
const MOST_FOUND = 60;

/** What was typed stands in the address: it can be kept, and comes from another run. */
export function TrainPage(_props: PageProps) {
  const { query } = usePlace();
  const { settings, words: further } = requestOf(query.toString());
  const asked = query.toString();
  const [form, setForm] = useState<TrainForm>();
  const [wanted, setWanted] = useState("");
  const [error, setError] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  useEffect(() => {
    let isOld = false;
    const request = requestOf(asked);
    const timer = setTimeout(() => {
      post<TrainForm>("/api/train/form", request).then(
        (told) => {
          if (isOld) return;
          setForm(told);
          setError(undefined);
        },
        (refused: Error) => !isOld && setError(refused.message),
      );
    }, PATIENCE);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [asked]);
  const change = (key: string, text: string | undefined): void => {
    const kept: FormSetting[] = [...query].filter(([each]) => each !== key);
    go(trainAddress(text === undefined ? kept : [...kept, [key, text]]), { replace: true });
  };
  const start = (): void => {
    setStarting(true);
    post<StartedTraining>("/api/train/start", { settings, words: further } satisfies FormRequest).then(
      ({ id }) => go(`/runs?run=${id}`),
      (refused: Error) => {
        setError(refused.message);
        setStarting(false);
      },
    );
  };
  if (form === undefined)
    return error === undefined ? (
      <p class="sub">Reading the configuration</p>
    ) : (
      <Notice kind="error">{error}</Notice>
    );
  const entries = entriesOf(form);
  const names = new Map(COMMON);
  const shown = (key: string) => {
    const entry = entries.get(key);
    return (
      entry !== undefined && (
        <SettingField
          key={key}
          name={names.get(key) ?? key}
          keyName={key}
          entry={entry}
          typed={settings.find(([each]) => each === key)?.[1]}
          problem={form.problems.find((problem) => problem.key === key)?.message}
          change={(text) => change(key, text)}
        />
      )
    );
  };
  const words = wanted.toLowerCase().split(/\s+/);
  const matches = (key: string): boolean => {
    const entry = entries.get(key)!;
    const text = `${key} ${"field" in entry ? entry.field.about : ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const typed = settings.map(([key]) => key).filter((key) => !names.has(key));
  const others = [...entries.keys()].filter((key) => !names.has(key) && !typed.includes(key));
  const found = wanted === "" ? [] : others.filter(matches);
  const elsewhere = form.problems.filter(
    ({ key }) => key === null || ![...names.keys(), ...typed, ...found].includes(key) || !entries.has(key),
  );
  return (
    <>
      <h1>Train</h1>
      <div class="settings card">{COMMON.map(([key]) => shown(key))}</div>
      <section>
        <h2>All settings</h2>
        <label class="field">
          Search
          <input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
          {wanted !== "" && <span role="status">{found.length} found</span>}
        </label>
        {typed.length + found.length > 0 && (
          <div class="settings card below">
            {typed.map(shown)}
            {found.slice(0, MOST_FOUND).map(shown)}
          </div>
        )}
        <label class="field further">
          Further settings
          <input
            value={query.get(FURTHER) ?? ""}
            placeholder="as on the command line: +callbacks.ema=null ~logger"
            onInput={({ currentTarget: { value } }) => change(FURTHER, value === "" ? undefined : value)}
          />
        </label>
      </section>
      {elsewhere.map(({ key, message }) => (
        <Notice key={`${key}`} kind="error">
          {key === null ? message : `${key}: ${message}`}
        </Notice>
      ))}
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      <div class="start">
        <Command title="The same in a terminal" command={form.command} />
        <button
          type="button"
          class="btn main"
          disabled={isStarting || form.problems.length > 0}
          onClick={start}
        >
          Start training
        </button>
      </div>
    </>
  );
}

/** What was typed for a key that the configuration does not have is an entry too. */
function entriesOf({ groups, fields }: TrainForm): Map<string, Entry> {
  return new Map<string, Entry>([
    ...groups.map((group): [string, Entry] => [group.name, { group }]),
    ...fields.map((field): [string, Entry] => [field.key, { field }]),
  ]);
}
