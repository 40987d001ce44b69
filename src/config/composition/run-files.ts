// The files that record the configuration of a run or a sweep.
import { withoutPasswords } from "../../core/address.ts";

import { type ConfigNode, fromPlain, mapNode } from "../node.ts";
import { isHydraOverride } from "../overrides/override.ts";
import { writeYaml } from "../yaml/yaml-writer.ts";
import type { Composition } from "./compose.ts";

/** Name and text of the files in a run's `.hydra` folder (`hydra.output_subdir`): interpolations as they stand, addresses without passwords. */
export function runFiles({ config, hydra, overrides }: Composition): Readonly<Record<string, string>> {
  return {
    "config.yaml": textOf(config),
    "hydra.yaml": textOf(mapNode([["hydra", hydra]])),
    "overrides.yaml": textOf(
      fromPlain(overrides.filter((each) => !isHydraOverride(each)).map(({ text }) => text)),
    ),
  };
}

/** The text of `multirun.yaml` at the root of a sweep. */
export const multirunFile = ({ config, hydra }: Composition): string =>
  textOf(mapNode([["hydra", hydra], ...config.entries]));

const textOf = (node: ConfigNode): string => withoutPasswords(writeYaml(node));
