// From the words of a command line to a study: its space, its objectives with their directions, its name and folder.
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import {
  type ComponentRegistry,
  type Composition,
  compose,
  inOwnTerms,
  isSweep,
  type Override,
  parseOverrides,
} from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { Direction, Point, Space, StudyDefinition, StudyObjective } from "../../search/index.ts";
import { RandomSampler, readSpace } from "../../search/index.ts";
import { type ConfigurationRequest, composeOptions, composeRun } from "../run/configuration.ts";
import { RunParts } from "../run/run-parts.ts";
import { readSettings, validateRun } from "../run/settings.ts";
import { firstRung, readSearchSettings, type SearchSettings } from "./search-settings.ts";
import type { StudyJob } from "./study-job.ts";

/** What a command line asks for. */
export interface StudyRequest extends ConfigurationRequest {
  readonly modules: readonly string[];
  readonly registry: ComponentRegistry;
  /** Default: a digest of everything that makes the study. */
  readonly name?: string | undefined;
}

/** A study that may begin. */
export interface StudyPlan {
  readonly name: string;
  readonly settings: SearchSettings;
  readonly definition: StudyDefinition & { readonly job: StudyJob };
}

/** Points that are looked at for mistakes; of a very large space some choices are left out. */
const MOST_SAMPLES = 200;
const SEARCH = /^\+{0,2}search(?=[=.])/;
const OWN_FOLDER = /^\+{0,2}hydra\.(run|sweep)\.(dir|subdir)=/;

/** @throws ClassifierTrainingError kind "usage" for whatever keeps the first trial from beginning */
export async function planStudy(request: StudyRequest): Promise<StudyPlan> {
  const { registry, name, modules, overrides: words, ...configuration } = request;
  const chosen = words.some((word) => /^\+{0,2}search=/.test(word)) ? [] : ["+search=default"];
  const overrides = [...chosen, ...words.map((word) => word.replace(/^search=/, "+search="))];
  const options = composeOptions({ ...configuration, overrides });
  const master = compose({ ...options, multirun: true, hydra: { mode: "MULTIRUN" } });
  const settings = readSearchSettings(master);
  const given = master.overrides.filter(({ text }) => !SEARCH.test(text));
  refuseFolder(given);
  const ofSpace = parseOverrides(
    Object.entries(settings.space).map(([key, value]) => `${key}=${String(value)}`),
  );
  const all = [...ofSpace, ...given];
  const { space, overrides: wordsOf } = readSpace(all, (group) => master.repository.options(group));
  if (space.length === 0) throw nothingSearched();
  // What is fixed on the command line is no longer searched over.
  const names = new Set(space.map((parameter) => parameter.name));
  const fixed = all.filter(({ value }) => !isSweep(value)).map(({ text }) => text);
  const searched = all
    .filter((each) => isSweep(each.value) && names.has(nameOf(each)))
    .map(({ text }) => text);
  const compositions: Composition[] = [];
  for (const point of samplePoints(space)) {
    const composition = await composeRun({ ...configuration, overrides: [...fixed, ...wordsOf(point)] });
    await validateRun(composition);
    compositions.push(composition);
  }
  const [composition] = compositions as [Composition];
  const objectives = await objectivesOf(settings, composition, registry);
  const { sampler, seeds, folds, retries, silence } = settings;
  const epochs = Math.max(...compositions.map(epochsOf));
  const min_epochs = settings.pruner.min_epochs ?? firstRung(settings.pruner.name, epochs);
  const pruner = { ...settings.pruner, min_epochs };
  const job = { fixed, searched, configuration, modules, seeds, folds, sampler, pruner };
  const digest = createHash("sha256")
    .update(JSON.stringify({ space, objectives, job }))
    .digest("hex")
    .slice(0, 8);
  const study = name ?? digest;
  const folder = resolve(join(settings.dir, study));
  const whole = { ...job, cwd: process.cwd(), folder, retries, silence };
  return { name: study, settings, definition: { space, objectives, job: whole } };
}

/** Points whose configurations show mistakes before the first trial: each choice and each parameter is in one of them. */
function samplePoints(space: Space): Point[] {
  const points = Array.from({ length: MOST_SAMPLES }, (_, number) =>
    new RandomSampler().sample({ space, number }),
  );
  const missing = new Set(
    space.flatMap((parameter) =>
      parameter.kind === "choice"
        ? parameter.choices.map((choice) => [parameter.name, choice].join("="))
        : [parameter.name],
    ),
  );
  return points.filter((point, index) => {
    const shown = Object.entries(point).flatMap(([name, value]) => [name, [name, value].join("=")]);
    const isNew = shown.some((each) => missing.delete(each));
    for (const each of shown) missing.delete(each);
    return isNew || index === 0;
  });
}

/** Epochs of a training that ends with its steps or its time are not known; then as many as in the quick trainer. */
function epochsOf(composition: Composition): number {
  const { maxEpochs } = readSettings(composition).trainer;
  return maxEpochs === undefined || maxEpochs < 0 ? 10 : maxEpochs;
}

const nameOf = ({ text }: Override): string => text.slice(0, text.indexOf("="));

function refuseFolder(overrides: readonly Override[]): void {
  const own = overrides.find(({ text }) => OWN_FOLDER.test(text));
  if (own === undefined) return;
  throw new ClassifierTrainingError("usage", "SEARCH_FOLDER", "each trial has a folder of its study", {
    where: `override "${own.text}"`,
    hint: "leave it out; search.dir=FOLDER says where studies are",
  });
}

function nothingSearched(): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "SEARCH_SPACE", "nothing is searched over", {
    hint: "give one key or more several values, such as 'model.learning_rate=tag(log,interval(1e-5,1e-2))', or search=fine_tuning",
  });
}

async function objectivesOf(
  { objectives, directions }: SearchSettings,
  composition: Composition,
  registry: ComponentRegistry,
): Promise<StudyObjective[]> {
  if (directions !== null && directions.length !== objectives.length) {
    const message = `there are ${objectives.length} objectives and ${directions.length} directions`;
    throw new ClassifierTrainingError("usage", "CONFIG_VALUE", message, { where: "search.directions" });
  }
  const parts = new RunParts(inOwnTerms(composition), registry);
  const sets = await parts.metrics({ task: parts.task, numClasses: 3 });
  return objectives.map((metric, i) => {
    const [stage = "", name = ""] = metric.split(/\/(.*)/s);
    const set: Readonly<Record<string, { readonly direction: string }>> | undefined =
      stage === "train" || stage === "val" || stage === "test" ? (sets?.[stage] as never) : undefined;
    const direction = directions?.[i] ?? knownDirection(stage, name, set);
    if (direction !== undefined) return { metric, direction };
    throw new ClassifierTrainingError(
      "usage",
      "MONITOR_MODE",
      `whether ${metric} is better high or low is not known`,
      {
        where: "search.objectives",
        hint: "give search.directions=[minimize] or [maximize], one for each",
      },
    );
  });
}

const MEASURED: readonly string[] = ["latency_ms", "size_mb"];

function knownDirection(
  stage: string,
  name: string,
  set: Readonly<Record<string, { readonly direction: string }>> | undefined,
): Direction | undefined {
  if (stage === "export") return MEASURED.includes(name) ? "minimize" : undefined;
  if (name === "loss") return "minimize";
  // Of a metric with a value for each class the names begin with its own.
  const own = Object.keys(set ?? {}).find((metric) => name === metric || name.startsWith(`${metric}_`));
  const direction = own === undefined ? undefined : set![own]!.direction;
  if (direction === "higher") return "maximize";
  return direction === "lower" ? "minimize" : undefined;
}
