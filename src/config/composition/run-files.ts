// The files that record the configuration of a run or a sweep.

import { fromPlain, mapNode } from "../node.ts";
import { isHydraOverride } from "../overrides/override.ts";
import { writeYaml } from "../yaml/yaml-writer.ts";
import type { Composition } from "./compose.ts";

/** Name and text of the files in a run's `.hydra` folder (`hydra.output_subdir`): interpolations as they stand. */
export function runFiles({ config, hydra, overrides }: Composition): Readonly<Record<string, string>> {
  return {
    "config.yaml": writeYaml(config),
    "hydra.yaml": writeYaml(mapNode([["hydra", hydra]])),
    "overrides.yaml": writeYaml(
      fromPlain(overrides.filter((each) => !isHydraOverride(each)).map(({ text }) => text)),
    ),
  };
}

/** The text of `multirun.yaml` at the root of a sweep. */
export const multirunFile = ({ config, hydra }: Composition): string =>
  writeYaml(mapNode([["hydra", hydra], ...config.entries]));
