// The command that trains on the open data with the decisions about its labels, to be copied into a shell.
import type { ConfigurationRequest } from "../../app/index.ts";

/** @param file the list of changed labels */
export function trainingCommand(
  { overrides, configName, configDir, configPath }: ConfigurationRequest,
  file: string,
): string {
  const flags = Object.entries({
    "--config-name": configName,
    "--config-dir": configDir,
    "--config-path": configPath,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
  const words = [...flags, ...overrides, `data.label_changes=${JSON.stringify(file)}`];
  return ["npx classifier-training train", ...words.map(quoted)].join(" ");
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
