// Configuration errors: always of kind "usage", always with the place they come from.
import { ClassifierTrainingError, type ErrorDetails } from "../core/errors.ts";

/** The stable codes of configuration errors. */
export type ConfigErrorCode =
  | "CONFIG_NOT_FOUND"
  | "CONFIG_PATH_REFUSED"
  | "CONFIG_DEFAULTS"
  | "CONFIG_CYCLE"
  | "CONFIG_GROUP_UNKNOWN"
  | "CONFIG_GROUP_VALUE"
  | "CONFIG_KEY_UNKNOWN"
  | "CONFIG_KEY_EXISTS"
  | "CONFIG_MERGE"
  | "CONFIG_MISSING_VALUE"
  | "CONFIG_VALUE"
  | "CONFIG_SWEEP"
  | "CONFIG_TOO_LARGE"
  | "INSTANTIATE"
  | "INSTANTIATE_TARGET"
  | "INTERPOLATION_CYCLE"
  | "INTERPOLATION_FAILED"
  | "INTERPOLATION_KEY"
  | "INTERPOLATION_MISSING_VALUE"
  | "INTERPOLATION_SYNTAX"
  | "OVERRIDE_SYNTAX"
  | "OVERRIDE_FUNCTION"
  | "RESOLVER_UNKNOWN"
  | "YAML_SYNTAX";

/** A configuration error: exit code 2, one line. */
export function configError(
  code: ConfigErrorCode,
  message: string,
  details: ErrorDetails = {},
): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message, details);
}

/** Whether it is an error of this toolkit and, where `code` is given, of that code. */
export function isConfigError(error: unknown, code?: ConfigErrorCode): error is ClassifierTrainingError {
  return error instanceof ClassifierTrainingError && (code === undefined || error.code === code);
}
