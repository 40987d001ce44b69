// Everything about a run but its row and its curves, gathered from its folder.
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { shellWord } from "../../app/search/trial-overrides.ts";
import { parseOverride } from "../../config/index.ts";
import type { TableThread } from "../tables/table-thread.ts";
import type { FormSetting, RunDetail, RunSetting } from "./api.ts";
import type { FollowedRun } from "./followed-run.ts";
import { readTable, readText } from "./run-tables.ts";

/** The number of an open picture by its name; undefined where there is none of that name. */
export type FindPicture = (name: string) => number | undefined;

/** Drawings of the callbacks, by what the page may ask for. */
export const PICTURES: readonly string[] = ["top_losses", "sample_predictions", "confusion_matrix"].flatMap(
  (folder) => ["last", "best"].map((name) => `${folder}/${name}`),
);

/**
 * What is not there is left out: a run that goes on has little.
 * @param find the number of an open picture
 */
export async function detailOf(
  run: FollowedRun,
  tables: TableThread,
  find?: FindPicture,
): Promise<RunDetail> {
  const { folder, facts, row } = run;
  const overrides = facts?.overrides ?? [];
  const isLive = row?.status === "running";
  const { confusion, labelCounts, wrong } = await tables.mistakes({ folder: folder.path, isLive });
  const environment = await readText(folder.path, "environment.json");
  const settings = overrides.map(settingOf);
  return {
    id: run.id,
    overrides,
    command: ["classifier-training", "train", ...(facts?.flags ?? []), ...overrides].map(shellWord).join(" "),
    asSettings: settings.filter((each) => typeof each !== "string"),
    furtherSettings: settings
      .filter((each) => typeof each === "string")
      .map(shellWord)
      .join(" "),
    settings: (await readTable(folder.path, ".hydra/origins.csv")) as unknown as RunSetting[],
    environment: environment === undefined ? [] : Object.entries(JSON.parse(environment)),
    ...{ confusion, labelCounts },
    wrong: wrong.map((each) => {
      const path = resolve(facts?.cwd ?? "", each.name);
      // Open pictures are named from their folder as it was given: absolute, or from here.
      return { ...each, picture: find?.(path) ?? find?.(relative("", path)) ?? null };
    }),
    pictures: PICTURES.filter((name) => existsSync(join(folder.path, `${name}.png`))),
  };
}

/** What the form can be filled with; a word that it has no field for stays one. */
function settingOf(word: string): FormSetting | string {
  const { type, value, key } = parseOverride(word);
  if (value === undefined || type === "delete" || type === "extend-list") return word;
  const text = word.slice(word.indexOf("=") + 1);
  const isQuotedText = value.kind === "scalar" && value.quote !== undefined;
  return [key, isQuotedText ? String(value.node.value) : text];
}
