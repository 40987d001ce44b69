// Words of the command line that have another process load and find what this one does.

/** The words that have it load modules of the user. */
export function importFlags(paths: readonly string[]): string[] {
  return paths.flatMap((path) => ["--import", path]);
}

/** Where configurations are searched for. */
export interface ConfigurationPlace {
  readonly configName?: string | undefined;
  readonly configDir?: string | undefined;
  readonly configPath?: string | undefined;
}

/** The words that say so. */
export function configurationFlags({ configName, configDir, configPath }: ConfigurationPlace): string[] {
  const flags = { "--config-name": configName, "--config-dir": configDir, "--config-path": configPath };
  return Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}
