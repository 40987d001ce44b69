// The page of a run, whatever its task is: what is said of its predictions, then of the data, the time and the settings.
import type { Html } from "./html.ts";
import { renderPage, type Section } from "./page.ts";
import type { RunFacts } from "./report-data.ts";
import { errorLine } from "./run-summary.ts";
import { augmentation, configuration, dataSet, leftOut, modelAndMachine, timing } from "./sections.ts";

/** What depends on the task. */
export interface RunQuality {
  /** What a picture is given, one and several. */
  readonly category: "Class" | "Label";
  readonly categories: "classes" | "labels";
  readonly tiles: Html;
  /** Those that have nothing to show are undefined. */
  readonly sections: readonly (Section | undefined)[];
  /** What the page's script reads. */
  readonly data: readonly Html[];
  /** What the page's script does with them; default: as for pictures of one class each. */
  readonly script?: string;
}

/** What a run that failed failed with, behind what it is. */
function failure({ error }: RunFacts["summary"]): string {
  if (error === undefined) return "";
  return `. It failed: ${errorLine(error)}`;
}

/** The page as text. */
export function renderRun(facts: RunFacts, quality: RunQuality): string {
  const { summary, name } = facts;
  const { category, categories, tiles, sections, data, script } = quality;
  const count = `${summary.classes.length} ${categories}`;
  const all = [
    ...sections,
    augmentation(facts),
    dataSet(facts, category),
    leftOut(facts),
    timing(facts),
    modelAndMachine(facts),
    configuration(facts),
  ];
  return renderPage({
    name,
    title: `${name}: ${summary.model}, ${count}`,
    status: `${summary.status}${summary.reason === undefined ? "" : `: ${summary.reason}`}`,
    subtitle: `${summary.model} on ${count}, ${summary.epochs} epochs with ${summary.runtime}${failure(summary)}`,
    tiles,
    sections: all.filter((section) => section !== undefined),
    footer: "Made by classifier-training from the run's folder; this file needs no other.",
    data,
    ...(script === undefined ? {} : { script }),
  });
}
