// What a run has kept of its data, so that whatever is done with it later has the same split and the same labels.
import { existsSync, readFileSync } from "node:fs";
import { type Composition, resolveConfig, toPlain } from "../../config/index.ts";
import type { RunFolder } from "./run-folder.ts";

/** Files of a run's folder. */
export interface KeptData {
  /** Where an automatic split is kept, unless the configuration says so. */
  readonly splitFile: string | undefined;
  /** The list of changed labels, in place of the one that the configuration names. */
  readonly labelChanges: string | undefined;
}

/** @param overrides settings that differ from the run's; a list of changed labels or other data among them is used instead */
export function keptData(folder: RunFolder, overrides: readonly string[] = []): KeptData {
  const isOther = overrides.some((word) => /^[+~]{0,2}data(\.label_changes)?(=|$)/.test(word));
  return {
    splitFile: existsSync(folder.splitFile) ? folder.splitFile : undefined,
    labelChanges: !isOther && existsSync(folder.labelChangesFile) ? folder.labelChangesFile : undefined,
  };
}

/** One line where the configured list of changed labels is another than the run has kept. */
export function changedList(composition: Composition, { labelChanges: kept }: KeptData): string | undefined {
  const { data } = toPlain(resolveConfig(composition)) as {
    readonly data?: Readonly<Record<string, unknown>>;
  };
  const file = data?.label_changes;
  if (kept === undefined || typeof file !== "string" || !existsSync(file)) return undefined;
  if (readFileSync(file, "utf8") === readFileSync(kept, "utf8")) return undefined;
  return `${file} has changed since the run began: it goes on with the labels that it has, those of ${kept}`;
}
