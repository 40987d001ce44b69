// What the trials of a study run: the words of the command line without those that are searched over, and on which terms.
import type { ConfigurationRequest } from "../run/configuration.ts";
import type { PrunerSettings, SamplerSettings } from "./search-settings.ts";

/** Kept with the study, so that whoever joins needs nothing else. */
export interface StudyJob {
  /** Fixed overrides, and those that are searched over as they were written. */
  readonly fixed: readonly string[];
  readonly searched: readonly string[];
  readonly configuration: Omit<ConfigurationRequest, "overrides">;
  /** Modules that register components. */
  readonly modules: readonly string[];
  /** The folder in which the command was given: relative paths count from it. */
  readonly cwd: string;
  /** The study's own folder; a trial's is its number in it. */
  readonly folder: string;
  readonly seeds: readonly number[] | null;
  readonly folds: number | null;
  readonly sampler: SamplerSettings;
  readonly pruner: PrunerSettings;
  readonly retries: number;
  /** Seconds. */
  readonly silence: number;
}
