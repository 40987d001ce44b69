// The arguments of commands that work on a run: its folder, and settings that differ from its own.
import type { Command } from "commander";
import { importModules } from "../app/import-modules.ts";
import type { RunRequest } from "../app/index.ts";
import { writeLine } from "./output.ts";

/** Adds `[run] [overrides...]` and `--import`. */
export function addRunArguments(command: Command): Command {
  return command
    .argument("[run]", "folder of a run, or a checkpoint in one (default: the newest run)")
    .argument("[overrides...]", "settings that differ from the run's, such as data.root=./other")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, []);
}

/** Says what a change of a run's own model, in the file `changed`, does not reach. */
export function tellOfExports(given: string, changed: string): void {
  if (changed !== given)
    writeLine("what was exported from this run before does not have it: export it again");
}

/** An option that may be given several times. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** The request that the arguments make; a first word with "=" is a setting, not a run. */
export async function runRequest(
  run: string | undefined,
  overrides: readonly string[],
  modules: readonly string[],
): Promise<RunRequest> {
  await importModules(modules);
  const { allComponents } = await import("../app/index.ts");
  const setting = run?.includes("=") === true;
  return {
    run: setting ? undefined : run,
    overrides: setting ? [run, ...overrides] : overrides,
    registry: allComponents(),
    write: writeLine,
  };
}
