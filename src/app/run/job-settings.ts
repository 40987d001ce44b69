// What the hydra node asks of a run: its environment and its log; what is not offered here is refused, with the reason.
import {
  type Composition,
  type ConfigNode,
  childOf,
  formatOrigin,
  resolveKey,
  toPlain,
} from "../../config/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";

/** A file that receives what a run tells, from a level on. */
export interface LogSettings {
  readonly level: string;
  /** Undefined: no file. */
  readonly file: string | undefined;
}

/** What the hydra node asks of a run. */
export interface JobSettings {
  /** Variables of the environment while the run lasts: `hydra.job.env_set`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: LogSettings;
  /** `hydra.verbose`. */
  readonly verbose: boolean;
}

interface Refusal {
  readonly key: string;
  readonly accepts: (value: unknown) => boolean;
  readonly reason: string;
  readonly hint: string;
}

const REFUSALS: readonly Refusal[] = [
  {
    key: "job.chdir",
    accepts: (value) => value === false || value === null,
    reason: "the working directory stays: data.root and other relative paths count from it",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an interpolation of the configuration
    hint: "write ${hydra:runtime.output_dir} where the run's folder is meant",
  },
  {
    key: "output_subdir",
    accepts: (value) => value === ".hydra",
    reason: "every command knows a run by its folder .hydra",
    hint: "leave it out",
  },
  {
    key: "callbacks",
    accepts: (value) => value === null || isEmpty(value),
    reason: "callbacks of Hydra are Python",
    hint: "callbacks of the training stand under callbacks",
  },
  {
    key: "launcher._target_",
    accepts: (value) => value === "BasicLauncher",
    reason: "jobs run here, one after another",
    hint: "leave hydra/launcher out",
  },
  {
    key: "sweeper._target_",
    accepts: (value) => value === "BasicSweeper",
    reason: "every combination of the values is run",
    hint: "leave hydra/sweeper out",
  },
  {
    key: "hydra_logging.level",
    accepts: (value) => value === "INFO" || value === undefined,
    reason: "there is one log",
    hint: "log_level decides what is told",
  },
];

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** @throws ClassifierTrainingError kind "usage" `CONFIG_VALUE` for what is not offered */
export function readJobSettings(composition: Composition): JobSettings {
  for (const { key, accepts, reason, hint } of REFUSALS) {
    const node = at(composition.hydra, key);
    if (node === undefined || accepts(toPlain(node))) continue;
    throw refused(node, key, `${JSON.stringify(toPlain(node))} is not offered: ${reason}`, hint);
  }
  const { env_set } = toPlain(resolveKey(composition, "hydra.job")) as { env_set: Record<string, unknown> };
  const verbose = at(composition.hydra, "verbose");
  if (verbose !== undefined && typeof toPlain(verbose) !== "boolean") {
    throw refused(verbose, "verbose", "must be true or false", "there are no loggers with names here");
  }
  return {
    environment: Object.fromEntries(
      Object.entries(env_set ?? {}).map(([name, value]) => [name, String(value)]),
    ),
    log: readLog(composition),
    verbose: verbose !== undefined && toPlain(verbose) === true,
  };
}

function readLog(composition: Composition): LogSettings {
  const node = at(composition.hydra, "job_logging");
  for (const key of node?.kind === "map" ? node.entries.keys() : []) {
    if (key === "level" || key === "file") continue;
    throw refused(
      childOf(node!, key)!,
      `job_logging.${String(key)}`,
      "is not read",
      "only level and file are",
    );
  }
  const { level, file } = toPlain(resolveKey(composition, "hydra.job_logging")) as Record<string, unknown>;
  return {
    level: typeof level === "string" ? level : "OFF",
    file: typeof file === "string" ? file : undefined,
  };
}

function at(hydra: ConfigNode, key: string): ConfigNode | undefined {
  return key.split(".").reduce<ConfigNode | undefined>((node, part) => node && childOf(node, part), hydra);
}

function refused(node: ConfigNode, key: string, message: string, hint: string): ClassifierTrainingError {
  const origin = node.origins.at(-1);
  const where = origin === undefined ? `hydra.${key}` : formatOrigin(origin);
  return new ClassifierTrainingError("usage", "CONFIG_VALUE", `hydra.${key} ${message}`, { where, hint });
}

/** Sets variables of the environment until disposed. */
export function setEnvironment(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]: () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}
