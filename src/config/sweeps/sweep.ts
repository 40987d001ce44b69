// The basic sweeper: every combination of the swept values, the last key fastest.
import { configError } from "../config-error.ts";
import { fromPlain, scalar, stringNode } from "../node.ts";
import { decimalRange } from "../overrides/decimal-range.ts";
import { matchesGlob } from "../overrides/glob.ts";
import {
  isSweep,
  keyElement,
  type Override,
  type OverrideValue,
  overrideText,
  type RangeSweep,
  type Sweep,
  valueText,
} from "../overrides/override.ts";
import { shuffled } from "../overrides/override-functions.ts";
import { parseOverrides } from "../overrides/override-parser.ts";

/** What is combined with what. */
export interface SweepOptions {
  /** Overrides of the command line, sweeps among them. */
  readonly overrides: readonly string[];
  /** `hydra.sweeper.params`: overrides that go first; the command line wins, at the place of the parameter. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Names of the options of a group, for `glob`. */
  readonly options?: (group: string) => readonly string[];
  /** Jobs per batch; default: all in one. */
  readonly maxBatchSize?: number | null;
}

/** Overrides of one job. */
export type Job = readonly string[];

const MOST_JOBS = 100_000;

/**
 * The jobs of a sweep in batches; a job's number is its position over all batches. Values are not made unique.
 *
 * @throws CONFIG_SWEEP for intervals, which have no finite number of values, and for more than 100,000 jobs.
 */
export function expandSweep({
  overrides,
  params = {},
  options = () => [],
  maxBatchSize = null,
}: SweepOptions): Job[][] {
  const fromParams = Object.entries(params).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : paramText(value)}`,
  );
  const parsed = parseOverrides([...fromParams, ...overrides]);
  const choices = new Map<string, readonly string[]>();
  for (const override of parsed) {
    const key = keyElement(override);
    choices.set(
      key,
      jobValues(override, options).map((value) => overrideText(override, value)),
    );
  }
  const jobs = product([...choices.values()]);
  const size = maxBatchSize === null || maxBatchSize === -1 ? Math.max(1, jobs.length) : maxBatchSize;
  if (!Number.isInteger(size) || size < 1) {
    throw configError("CONFIG_VALUE", "hydra.sweeper.max_batch_size must be a whole number above 0");
  }
  return Array.from({ length: Math.ceil(jobs.length / size) }, (_, i) =>
    jobs.slice(i * size, (i + 1) * size),
  );
}

function jobValues(override: Override, options: (group: string) => readonly string[]): readonly string[] {
  const { value } = override;
  if (!isSweep(value)) return [valueText(value)];
  const values = sweepValues(override, value, options);
  if (values.length === 0)
    throw configError("CONFIG_SWEEP", "the sweep has no values", { where: `override "${override.text}"` });
  return values;
}

/**
 * The values that a choice, a range or a glob stands for, each as it would be written in an override.
 * @param options names of the options of a group
 * @throws CONFIG_SWEEP for intervals, and for more than 100,000 values
 */
export function sweepValues(
  override: Override,
  sweep: Sweep,
  options: (group: string) => readonly string[],
): readonly string[] {
  if (sweep.kind === "interval") {
    throw configError("CONFIG_SWEEP", "an interval has no finite number of values", {
      where: `override "${override.text}"`,
      hint: "use choice() or range()",
    });
  }
  if (sweep.kind === "glob") {
    const matches = (name: string, patterns: readonly string[]): boolean =>
      patterns.some((pattern) => matchesGlob(pattern, name));
    return options(override.key).filter(
      (name) => matches(name, sweep.include) && !matches(name, sweep.exclude),
    );
  }
  const values = (sweep.kind === "choice" ? sweep.values : rangeValues(sweep, override)).map(valueText);
  return sweep.shuffle ? shuffled(values, override.text) : values;
}

function rangeValues({ start, stop, step }: RangeSweep, override: Override): OverrideValue[] {
  const [from, to, by] = [start, stop, step].map(({ value }) => Number(value)) as [number, number, number];
  const value = (number: number, type: "int" | "float"): OverrideValue => ({
    kind: "scalar",
    node: scalar(type, number),
    quote: undefined,
  });
  const tooMany = configError("CONFIG_SWEEP", `the range has more than ${MOST_JOBS} values`, {
    where: `override "${override.text}"`,
  });
  if (![from, to, by].every(Number.isFinite)) throw tooMany;
  if ([start, stop, step].every(({ type }) => type === "int")) {
    const count = Math.max(0, Math.ceil((to - from) / by));
    if (count > MOST_JOBS) throw tooMany;
    return Array.from({ length: count }, (_, i) => value(from + i * by, "int"));
  }
  if ((to - from) / by > MOST_JOBS) throw tooMany;
  return decimalRange(from, to, by, MOST_JOBS).map((number) => value(number, "float"));
}

function product(lists: readonly (readonly string[])[]): string[][] {
  const count = lists.reduce((total, list) => total * list.length, 1);
  if (count > MOST_JOBS)
    throw configError("CONFIG_SWEEP", `the sweep has ${count} jobs, more than ${MOST_JOBS}`);
  let jobs: string[][] = [[]];
  for (const list of lists) jobs = jobs.flatMap((job) => list.map((value) => [...job, value]));
  return jobs;
}

function paramText(value: unknown): string {
  const asValue = (plain: unknown): OverrideValue => {
    const node = fromPlain(plain);
    if (node.kind === "list") return { kind: "list", items: node.items.map(asValue) };
    if (node.kind === "map")
      return {
        kind: "map",
        entries: [...node.entries].map(([key, child]) => [stringNode(String(key)), asValue(child)]),
      };
    return { kind: "scalar", node, quote: undefined };
  };
  return valueText(asValue(value));
}
