// What the hydra node asks of a run: its environment and its log; what is not offered here is refused, with the reason.
import {
  type Composition,
  type ConfigNode,
  ConfigStore,
  childOf,
  compose,
  formatOrigin,
  resolveKey,
  toPlain,
} from "../../config/index.ts";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";

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

/**
 * @throws ClassifierTrainingError kind "usage" `CONFIG_VALUE` for what is not offered, `CONFIG_KEY_UNKNOWN` for what the hydra
 * node does not have
 */
export function readJobSettings(composition: Composition): JobSettings {
  for (const { key, accepts, reason, hint } of REFUSALS) {
    const node = at(composition.hydra, key);
    if (node === undefined || accepts(toPlain(node))) continue;
    throw refused(node, key, `${JSON.stringify(toPlain(node))} is not offered: ${reason}`, hint);
  }
  refuseUnknown(composition.hydra, builtIn(), "hydra");
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

/** The hydra node as it is where nobody has set anything. */
const builtIn = (): ConfigNode =>
  compose({ searchPath: [], store: new ConfigStore(), configName: undefined, environment: {} }).hydra;

/** What has other keys by what is chosen. */
const FREE: readonly string[] = ["hydra.job_logging", "hydra.hydra_logging", "hydra.runtime.choices"];

/** Nothing reads a key that the built-in mapping lacks; an empty one, such as `job.env_set`, holds any. */
function refuseUnknown(node: ConfigNode, known: ConfigNode, place: string): void {
  if (node.kind !== "map" || known.kind !== "map" || known.entries.size === 0) return;
  for (const [key, child] of node.entries) {
    const path = `${place}.${String(key)}`;
    if (FREE.includes(path)) continue;
    const own = known.entries.get(key);
    if (own === undefined) {
      const message = `"${place}" knows no key "${String(key)}"`;
      throw new ClassifierTrainingError("usage", "CONFIG_KEY_UNKNOWN", message, {
        where: whereOf(child) ?? path,
        hint: didYouMean(String(key), [...known.entries.keys()].map(String)),
      });
    }
    refuseUnknown(child, own, path);
  }
}

/** Where a value was set, or what it holds. */
function whereOf(node: ConfigNode): string | undefined {
  const last =
    node.kind === "scalar"
      ? undefined
      : [...(node.kind === "map" ? node.entries.values() : node.items)].at(-1);
  if (last !== undefined) return whereOf(last);
  const origin = node.origins.at(-1);
  return origin && formatOrigin(origin);
}

function at(hydra: ConfigNode, key: string): ConfigNode | undefined {
  return key.split(".").reduce<ConfigNode | undefined>((node, part) => node && childOf(node, part), hydra);
}

function refused(node: ConfigNode, key: string, message: string, hint: string): ClassifierTrainingError {
  const where = whereOf(node) ?? `hydra.${key}`;
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
