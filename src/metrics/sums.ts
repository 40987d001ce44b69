// Named float64 totals of a metric: the part that is saved, restored and set to zero.
import { ClassifierTrainingError, type HostTensor, type Shape, sameShape, sizeOf } from "../core/index.ts";
import type { MetricState } from "./metric.ts";

/** Totals that start at zero, one float64 array for each name. Counts stay exact up to 2^53. */
export class Sums<Name extends string> {
  readonly #tensors: { readonly [N in Name]: HostTensor<"float64"> };

  constructor(shapes: { readonly [N in Name]: Shape }) {
    const tensors = {} as { [N in Name]: HostTensor<"float64"> };
    for (const name of Object.keys(shapes) as Name[]) {
      const shape = shapes[name];
      tensors[name] = { dtype: "float64", shape, data: new Float64Array(sizeOf(shape)) };
    }
    this.#tensors = tensors;
  }

  /** The live array of `name`. */
  of(name: Name): Float64Array {
    return this.#tensors[name].data;
  }

  reset(): void {
    for (const name of this.#names()) this.of(name).fill(0);
  }

  state(): MetricState {
    return Object.fromEntries(
      this.#names().map((name) => [name, { ...this.#tensors[name], data: this.of(name).slice() }]),
    );
  }

  load(state: MetricState): void {
    for (const [name, totals] of this.#totalsOf(state)) this.of(name).set(totals);
  }

  /** Adds the totals of another one. */
  merge(state: MetricState): void {
    for (const [name, totals] of this.#totalsOf(state)) {
      const own = this.of(name);
      for (let i = 0; i < own.length; i++) own[i]! += totals[i]!;
    }
  }

  /** The totals of a state, all of them checked before any is used. */
  #totalsOf(state: MetricState): [Name, Float64Array][] {
    const unknown = Object.keys(state).find((name) => !(name in this.#tensors));
    if (unknown !== undefined) throw stateError(`has a total "${unknown}" that this metric does not keep`);
    return this.#names().map((name) => {
      const { shape } = this.#tensors[name];
      return [name, stateTensor(state, name, "float64", shape).data];
    });
  }

  #names(): Name[] {
    return Object.keys(this.#tensors) as Name[];
  }
}

/** What has totals for its whole state. */
export abstract class FromSums {
  protected abstract readonly sums: Pick<Sums<string>, "reset" | "state" | "load" | "merge">;

  /** Begins anew. */
  reset(): void {
    this.sums.reset();
  }

  /** A copy of everything accumulated. */
  state(): MetricState {
    return this.sums.state();
  }

  /** Goes on from a `state`. */
  load(state: MetricState): void {
    this.sums.load(state);
  }

  /** Adds what another one has accumulated. */
  merge(state: MetricState): void {
    this.sums.merge(state);
  }
}

/** The tensor `name` of `state`, checked against its dtype and, where given, its shape. */
export function stateTensor<D extends "float64" | "float32" | "int32">(
  state: MetricState,
  name: string,
  dtype: D,
  shape?: Shape,
): HostTensor<D> {
  const tensor = state[name];
  if (tensor === undefined) throw stateError(`lacks "${name}"`);
  if (tensor.dtype !== dtype || (shape !== undefined && !sameShape(tensor.shape, shape))) {
    const expected = shape === undefined ? dtype : `${dtype} [${shape.join(", ")}]`;
    throw stateError(`has "${name}" as ${tensor.dtype} [${tensor.shape.join(", ")}], not ${expected}`);
  }
  return tensor as HostTensor<D>;
}

/** An error of kind "failure" `METRIC_STATE`; `message` goes on from "the saved metric state". */
export function stateError(message: string): ClassifierTrainingError {
  return new ClassifierTrainingError("failure", "METRIC_STATE", `the saved metric state ${message}`, {
    hint: "resume with the metrics and the classes that the run was started with",
  });
}
