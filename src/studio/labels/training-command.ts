// The command that trains on the open data with the decisions about its labels, to be copied into a shell.

import type { ConfigurationRequest } from "../../app/index.ts";
import { shellWord } from "../../app/search/trial-overrides.ts";

/**
 * @param imports modules that register components
 * @param file the list of changed labels
 */
export function trainingCommand(
  { overrides, configName, configDir, configPath }: ConfigurationRequest,
  imports: readonly string[],
  file: string,
): string {
  const flags = [
    ["--config-name", configName],
    ["--config-dir", configDir],
    ["--config-path", configPath],
    ...imports.map((module) => ["--import", module]),
  ].flatMap(([flag, value]) => (value === undefined ? [] : [flag!, value]));
  const words = [...flags, ...overrides, `data.label_changes=${JSON.stringify(file)}`];
  return ["npx classifier-training train", ...words.map(shellWord)].join(" ");
}
