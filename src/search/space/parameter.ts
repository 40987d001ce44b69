// What a study searches over: numbers and choices, each of which may exist only under the choice of another.
/** A parameter exists only where another one has one of these values. */
export interface Condition {
  readonly parameter: string;
  readonly values: readonly string[];
}

interface Named {
  /** The key that it sets, such as `model.learning_rate`. */
  readonly name: string;
  /** Undefined: it always exists. */
  readonly condition: Condition | undefined;
}

/** Any number from `low` to `high`, both included. */
export interface NumberParameter extends Named {
  readonly kind: "number";
  readonly low: number;
  readonly high: number;
  /** Orders of magnitude are alike: what is uniform is its logarithm. */
  readonly log: boolean;
  /** Only `low`, `low + step`, ... ; undefined: any. Whole numbers have a step. */
  readonly step: number | undefined;
  readonly integer: boolean;
}

/** One of several values without an order, by their texts. */
export interface ChoiceParameter extends Named {
  readonly kind: "choice";
  readonly choices: readonly string[];
}

/** Something that a study chooses. */
export type Parameter = NumberParameter | ChoiceParameter;

/** All parameters; one stands behind those that it depends upon. */
export type Space = readonly Parameter[];

/** What was chosen, by name: a number, or the text of a choice. A parameter that does not exist here is left out. */
export type Point = Readonly<Record<string, number | string>>;

/** Whether a parameter exists among what was chosen. */
export function isActive({ condition }: Parameter, point: Point): boolean {
  return condition === undefined || condition.values.includes(String(point[condition.parameter]));
}

/** How many values a parameter has; infinitely many where it is continuous. */
export function countValues(parameter: Parameter): number {
  if (parameter.kind === "choice") return parameter.choices.length;
  const { low, high, step } = parameter;
  return step === undefined ? Number.POSITIVE_INFINITY : Math.round((high - low) / step) + 1;
}

/** The value of an index from 0 to `countValues - 1`. */
export function valueAt(parameter: Parameter, index: number): number | string {
  if (parameter.kind === "choice") return parameter.choices[index]!;
  return stepped(parameter, parameter.low + index * parameter.step!);
}

/** The value that is nearest to a number: within the bounds, on a step. */
export function nearest(parameter: NumberParameter, value: number): number {
  const { low, high, step } = parameter;
  // Six digits are all that a setting needs.
  if (step === undefined) return Math.min(high, Math.max(low, Number(value.toPrecision(6))));
  const index = Math.round((value - low) / step);
  return stepped(parameter, low + Math.min(Math.max(index, 0), countValues(parameter) - 1) * step);
}

/** Steps such as 0.1 do not add up exactly; twelve digits are what a person writes. */
const stepped = ({ integer }: NumberParameter, value: number): number =>
  integer ? Math.round(value) : Number(value.toPrecision(12));

/** Where a number parameter begins and ends on the axis on which it is uniform: half a step further out, in logarithms. */
export function axisOf({ low, high, step, log }: NumberParameter): readonly [number, number] {
  const half = (step ?? 0) / 2;
  return log ? [Math.log(low - half), Math.log(high + half)] : [low - half, high + half];
}

/** The value below which a share (0 up to 1) of a parameter's values lies. */
export function valueOfShare(parameter: Parameter, share: number): number | string {
  if (parameter.kind === "choice") return parameter.choices[Math.floor(share * parameter.choices.length)]!;
  const [low, high] = axisOf(parameter);
  const at = low + share * (high - low);
  return nearest(parameter, parameter.log ? Math.exp(at) : at);
}

/** The point that shares from 0 up to 1 stand for, one asked for each parameter that exists. */
export function pointOfShares(space: Space, share: (parameter: Parameter) => number): Point {
  const point: Record<string, number | string> = {};
  for (const parameter of space) {
    if (isActive(parameter, point)) point[parameter.name] = valueOfShare(parameter, share(parameter));
  }
  return point;
}

/** The same text for the same point. */
export const pointKey = (space: Space, point: Point): string =>
  JSON.stringify(space.map(({ name }) => point[name] ?? null));
