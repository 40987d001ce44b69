// The command line, as the studio starts it in processes of their own.
import { fileURLToPath } from "node:url";
import type { ConfigurationRequest } from "../app/index.ts";

/** The program. */
export const COMMAND: string = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));

/** The words that say where configurations are searched for. */
export function configurationFlags({ configName, configDir, configPath }: ConfigurationRequest): string[] {
  const flags = { "--config-name": configName, "--config-dir": configDir, "--config-path": configPath };
  return Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}
