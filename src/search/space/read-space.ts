// A space in the words of Hydra: which overrides are searched over, and what each of them may be.
import {
  floatText,
  isSweep,
  keyElement,
  type Override,
  overrideText,
  parseOverride,
  type Sweep,
  sweepValues,
  valueText,
} from "../../config/index.ts";
import { ClassifierTrainingError, didYouMean } from "../../core/index.ts";
import {
  type Condition,
  countValues,
  isActive,
  type Parameter,
  type Point,
  type Space,
} from "./parameter.ts";

/** An override that is searched over. */
interface Searched {
  readonly override: Override;
  readonly sweep: Sweep;
}

/** What is searched over, and how what was chosen is written. */
export interface SearchSpace {
  readonly space: Space;
  /** The overrides that a point stands for. */
  overrides(point: Point): string[];
}

/**
 * Reads overrides such as `model=choice(a,b)`, `tag(log,interval(1e-5,1e-2))`, `int(interval(8,64))`, `range(0,0.5,0.1)` and
 * `tag("model=a",...)`, which exists only where `model` is `a`.
 * @param options names of the options of a group, for `glob`
 * @throws ClassifierTrainingError kind "usage" `SEARCH_SPACE`
 */
export function readSpace(
  overrides: readonly Override[],
  options: (group: string) => readonly string[] = () => [],
): SearchSpace {
  const searched = new Map<string, Searched>();
  for (const override of overrides) {
    if (isSweep(override.value)) searched.set(keyElement(override), { override, sweep: override.value });
    else searched.delete(keyElement(override));
  }
  const parameters = [...searched].map(([name, each]) => readParameter(name, each, options));
  const space = inOrder(parameters, searched);
  return {
    space,
    overrides: (point) =>
      space.flatMap((parameter) => {
        if (!isActive(parameter, point)) return [];
        const { override } = searched.get(parameter.name)!;
        return [overrideText(override, textOf(parameter, point[parameter.name]!))];
      }),
  };
}

/** A value as it is written in an override. */
export function textOf(parameter: Parameter, value: number | string): string {
  if (parameter.kind === "choice") return String(value);
  return parameter.integer ? String(value) : floatText(Number(value));
}

function readParameter(
  name: string,
  { override, sweep }: Searched,
  options: (group: string) => readonly string[],
): Parameter {
  const { log, condition } = readTags(override, sweep);
  if (sweep.kind === "choice" || sweep.kind === "glob") {
    if (log) throw wrong(override, "choices have no logarithm", "give an interval or a range");
    const choices = [...new Set(sweepValues(override, sweep, options))];
    if (choices.length === 0) throw wrong(override, "nothing to choose from", "name the choices");
    return { kind: "choice", name, choices, condition };
  }
  const parameter = { kind: "number", name, log, condition, ...boundsOf(override, sweep) } as const;
  const { low, high, step = 0 } = parameter;
  if (log && low - step / 2 <= 0)
    throw wrong(override, "zero and below have no logarithm", "begin above zero");
  if (!Number.isFinite(low) || !Number.isFinite(high))
    throw wrong(override, "the bounds must be finite", "give two numbers");
  return parameter;
}

function boundsOf(override: Override, sweep: Extract<Sweep, { kind: "interval" | "range" }>) {
  if (sweep.kind === "interval") {
    const [low, high] = [Number(sweep.start.value), Number(sweep.end.value)];
    if (!(low < high))
      throw wrong(override, `there is nothing between ${low} and ${high}`, "begin below the end");
    const integer = sweep.start.type === "int";
    return { low, high, step: integer ? 1 : undefined, integer };
  }
  const numbers = [sweep.start, sweep.stop, sweep.step];
  const [start, stop, step] = numbers.map(({ value }) => Number(value)) as [number, number, number];
  // The end of a range does not belong to it; a hair's breadth before it is the end that rounding has missed.
  const count = Math.ceil((stop - start) / step - 1e-9);
  if (!(count >= 1)) throw wrong(override, "the range has no values", "begin below the end");
  const last = Number((start + (count - 1) * step).toPrecision(12));
  const [low, high] = [Math.min(start, last), Math.max(start, last)];
  return { low, high, step: Math.abs(step), integer: numbers.every(({ type }) => type === "int") };
}

/** Tags: `log`, and an override such as `"model=resnet18"` or `"model=resnet18,resnet34"` as the condition. */
function readTags(override: Override, sweep: Sweep): { log: boolean; condition: Condition | undefined } {
  let condition: Condition | undefined;
  let log = false;
  for (const tag of sweep.kind === "glob" ? [] : sweep.tags) {
    if (tag === "log") log = true;
    else if (tag.includes("=") && condition === undefined) condition = readCondition(tag);
    else {
      const hint = 'tags are log and one condition such as "model=resnet18"';
      throw wrong(override, `the tag "${tag}" says nothing here`, hint);
    }
  }
  return { log, condition };
}

function readCondition(tag: string): Condition {
  const parsed = parseOverride(tag);
  const { value } = parsed;
  const values = value?.kind === "choice" ? value.values : isSweep(value) ? [] : [value];
  return { parameter: keyElement(parsed), values: values.map((each) => valueText(each)) };
}

/** Parameters behind those that they depend upon. */
function inOrder(parameters: readonly Parameter[], searched: ReadonlyMap<string, Searched>): Space {
  const names = parameters.map(({ name }) => name);
  const ordered: Parameter[] = [];
  let left = parameters;
  while (left.length > 0) {
    const ready = left.filter(
      ({ condition }) => condition === undefined || ordered.some(({ name }) => name === condition.parameter),
    );
    if (ready.length === 0) {
      const { name, condition } = left[0]!;
      const known = names.includes(condition!.parameter);
      const message = known
        ? "its condition depends on itself"
        : `nothing is chosen for ${condition!.parameter}`;
      throw wrong(
        searched.get(name)!.override,
        message,
        known ? undefined : didYouMean(condition!.parameter, names),
      );
    }
    ordered.push(...ready);
    left = left.filter((parameter) => !ready.includes(parameter));
  }
  for (const { name, condition } of ordered) {
    const parent = ordered.find((parameter) => parameter.name === condition?.parameter);
    if (parent?.kind !== "choice") continue;
    const unknown = condition!.values.find((value) => !parent.choices.includes(value));
    if (unknown !== undefined) {
      const message = `${parent.name} is never ${unknown}`;
      throw wrong(searched.get(name)!.override, message, didYouMean(unknown, parent.choices));
    }
  }
  return ordered;
}

function wrong(override: Override, message: string, hint: string | undefined): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "SEARCH_SPACE", message, {
    where: `override "${override.text}"`,
    hint,
  });
}

/** Whether a space is finite, and how many points it has; infinitely many where it is not. */
export function countPoints(space: Space): number {
  const count = (index: number, point: Point): number => {
    const parameter = space[index];
    if (parameter === undefined) return 1;
    if (!isActive(parameter, point)) return count(index + 1, point);
    const values = countValues(parameter);
    const isParent = space.some(({ condition }) => condition?.parameter === parameter.name);
    if (!isParent || parameter.kind !== "choice") return values * count(index + 1, point);
    return parameter.choices.reduce(
      (sum, choice) => sum + count(index + 1, { ...point, [parameter.name]: choice }),
      0,
    );
  };
  return count(0, {});
}
