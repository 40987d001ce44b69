// The flags about configuration that commands share, as Hydra has them.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { InfoTopic } from "../config/index.ts";
import { collect } from "./run-argument.ts";

/** What commander makes of the flags. */
export interface ConfigFlags {
  readonly configName?: string;
  readonly configDir?: string;
  readonly configPath?: string;
  readonly import: readonly string[];
  readonly cfg?: "job" | "hydra" | "all";
  readonly resolve?: boolean;
  readonly package?: string;
  readonly info?: InfoTopic | true;
  readonly explain?: string;
}

const TOPICS: readonly InfoTopic[] = ["all", "config", "defaults", "defaults-tree", "plugins", "searchpath"];

/** Adds the flags to a command that takes overrides. */
export function addConfigFlags(command: Command): Command {
  return command
    .option("--config-name <name>", "primary configuration, without .yaml (default: train)")
    .option("--config-dir <folder>", "folder of your own configurations, searched first")
    .option("--config-path <folder>", "folder of configurations instead of the shipped ones")
    .option("--import <module>", "load a module that registers components (repeatable)", collect, [])
    .addOption(
      new Option("--cfg <part>", "print the configuration and stop").choices(["job", "hydra", "all"]),
    )
    .option("--resolve", "with --cfg: without interpolations")
    .option("-p, --package <key>", "with --cfg: this part only")
    .option(
      "--info [topic]",
      `print how the configuration came about and stop: ${TOPICS.join(", ")}`,
      toTopic,
    )
    .option("--explain <key>", "print everything that set a value, in order, and stop");
}

function toTopic(text: string): InfoTopic {
  const topic = TOPICS.find((each) => each === text);
  if (topic !== undefined) return topic;
  throw new InvalidArgumentError(`It must be one of ${TOPICS.join(", ")}.`);
}

/** The text that the flags ask for instead of a run; undefined where they ask for none. */
export async function inspectConfiguration(
  overrides: readonly string[],
  flags: ConfigFlags,
): Promise<string | undefined> {
  if (flags.cfg === undefined && flags.info === undefined && flags.explain === undefined) return undefined;
  const { renderConfig, renderExplanation, renderInfo } = await import("../config/index.ts");
  const { composeRun } = await import("../app/run/configuration.ts");
  const composition = await composeRun({ overrides, ...flags });
  if (flags.explain !== undefined) return renderExplanation(composition, flags.explain);
  if (flags.info !== undefined) return renderInfo(composition, flags.info === true ? "all" : flags.info);
  return renderConfig(composition, {
    part: flags.cfg!,
    resolve: flags.resolve === true,
    package: flags.package,
  });
}
