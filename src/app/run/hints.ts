// Composes with hints that hold: "add it with +key=value" only where the configuration would then be valid.
import {
  type ComposeOptions,
  type Composition,
  compose,
  inOwnTerms,
  runFolder,
  withHydraFacts,
} from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { readJobSettings } from "./job-settings.ts";
import { validateRun } from "./settings.ts";

const ADVICE = /(?: Otherwise )?add it with \+.*$/;

/** @throws what `compose` throws, without advice that leads nowhere */
export async function composeWithHints(options: ComposeOptions): Promise<Composition> {
  try {
    return compose(options);
  } catch (error) {
    throw error instanceof ClassifierTrainingError ? await withWorkingHint(error, options) : error;
  }
}

async function withWorkingHint(
  error: ClassifierTrainingError,
  options: ComposeOptions,
): Promise<ClassifierTrainingError> {
  const { kind, code, message, where, hint, cause } = error;
  const { overrides = [] } = options;
  const refused = overrides.find((override) => where === `override "${override}"`);
  if (refused === undefined || hint === undefined || !ADVICE.test(hint)) return error;
  const objection = await objectionTo(refused, overrides, options);
  if (objection === undefined) return error;
  // What else may be wrong with the configuration is no reason against the key.
  if (objection.where !== `override "+${refused}"`) return error;
  const better = hint.replace(ADVICE, "") || objection.hint;
  return new ClassifierTrainingError(kind, code, message, { where, hint: better, cause });
}

/** What speaks against a configuration in which the refused override is added. */
async function objectionTo(
  refused: string,
  overrides: readonly string[],
  options: ComposeOptions,
): Promise<ClassifierTrainingError | undefined> {
  const added = overrides.map((override) => (override === refused ? `+${override}` : override));
  const [root = ""] = refused.split(/[.=@/]/);
  try {
    const composition = compose({ ...options, overrides: added });
    const located = withHydraFacts(composition, { runtime: { output_dir: runFolder(composition) } });
    await validateRun(inOwnTerms(located), root);
    if (root === "hydra") readJobSettings(located);
    return undefined;
  } catch (error) {
    if (error instanceof ClassifierTrainingError) return error;
    throw error;
  }
}
