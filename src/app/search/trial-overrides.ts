// A trial's point as words of the command line.
import { compose, parseOverrides } from "../../config/index.ts";
import { type Point, readSpace } from "../../search/index.ts";
import { configurationFlags, importFlags } from "../command-words.ts";
import { composeOptions } from "../run/configuration.ts";
import type { StudyJob } from "./study-job.ts";

/** What was chosen, each as an override. */
export function overridesOfPoint({ searched, configuration }: StudyJob, point: Point): string[] {
  const needsGroups = searched.some((text) => text.includes("glob("));
  const options = needsGroups
    ? compose({ ...composeOptions({ ...configuration, overrides: [] }), multirun: true }).repository
    : undefined;
  return readSpace(parseOverrides(searched), (group) => options?.options(group) ?? []).overrides(point);
}

/** A word as it may be given to a shell. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The command that trains what a trial has trained, with what was searched over as it was chosen. */
export function trainCommandOf(job: StudyJob, point: Point): string {
  const words = [
    ...importFlags(job.modules),
    ...configurationFlags(job.configuration),
    ...job.fixed,
    ...overridesOfPoint(job, point),
  ];
  return ["classifier-training", "train", ...words].map(shellWord).join(" ");
}
