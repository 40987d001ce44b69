// Commands about the open data, to be copied into a shell.

import type { ConfigurationRequest } from "../../app/index.ts";
import { shellWord } from "../../app/search/trial-overrides.ts";

/**
 * @param imports modules that register components
 * @param more settings that follow those of the data
 */
export function dataCommand(
  command: "train" | "cross-validate",
  { overrides, configName, configDir, configPath }: ConfigurationRequest,
  imports: readonly string[],
  more: readonly string[] = [],
): string {
  const flags = [
    ["--config-name", configName],
    ["--config-dir", configDir],
    ["--config-path", configPath],
    ...imports.map((module) => ["--import", module]),
  ].flatMap(([flag, value]) => (value === undefined ? [] : [flag!, value]));
  return ["npx", "classifier-training", command, ...flags, ...overrides, ...more].map(shellWord).join(" ");
}
