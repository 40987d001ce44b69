// Commands about the open data, to be copied into a shell.

import { configurationFlags, importFlags } from "../../app/command-words.ts";
import type { ConfigurationRequest } from "../../app/index.ts";
import { shellWord } from "../../app/search/trial-overrides.ts";

/**
 * @param imports modules that register components
 * @param more settings that follow those of the data
 */
export function dataCommand(
  command: "train" | "cross-validate",
  configuration: ConfigurationRequest,
  imports: readonly string[],
  more: readonly string[] = [],
): string {
  const flags = [...configurationFlags(configuration), ...importFlags(imports)];
  return ["npx", "classifier-training", command, ...flags, ...configuration.overrides, ...more]
    .map(shellWord)
    .join(" ");
}
