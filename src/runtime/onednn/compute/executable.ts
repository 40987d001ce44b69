// A program made runnable: its plan, bound to memory, executed step after step.
import { sizeOf } from "../../../core/index.ts";
import type { BoundProgram, VariableRef } from "../../../graph/index.ts";
import type { Engine } from "../ffi/index.ts";
import { type Plan, type PlanOptions, planProgram } from "../lower/plan-program.ts";
import type { Arena } from "../plan/arena.ts";
import { type ElementArray, viewElements } from "../plan/element-type.ts";
import type { Memory, Step } from "../plan/step.ts";
import type { Region } from "../plan/tensor.ts";
import { type ObservedRun, tellProgress } from "../run-progress.ts";

/** Time of one step of a run. */
export interface StepTime extends Pick<Step, "work" | "label" | "scope" | "implementation" | "flops"> {
  readonly milliseconds: number;
}

interface Bound {
  readonly runs: readonly (() => void)[];
  readonly inputs: ReadonlyMap<string, ElementArray>;
  readonly outputs: readonly (readonly [string, ElementArray])[];
  readonly constants: readonly (readonly [ElementArray, ElementArray])[];
}

/** Plans at once. The plan is made anew where the layout of a variable has changed since. */
export class ComputeExecutable {
  readonly #program: BoundProgram;
  readonly #options: Omit<PlanOptions, "engine">;
  readonly #arena: Arena;
  readonly #engine: Engine;
  #plan: Plan;
  #bound: Bound | undefined;

  constructor(program: BoundProgram, options: Omit<PlanOptions, "engine">, engine: Engine, arena: Arena) {
    this.#program = program;
    this.#options = options;
    this.#arena = arena;
    this.#engine = engine;
    this.#plan = planProgram(program, { ...options, engine });
    arena.reserve(this.#plan.memory.bytes);
  }

  /** Bytes of intermediate values. */
  get workspaceBytes(): number {
    return this.#plan.memory.bytes - this.#arena.begin;
  }

  /** Puts variables where they will lie during the next run. */
  place(): void {
    if (this.#plan.storeVersion !== this.#options.store.version) this.#replan();
  }

  /** What makes it slower than it could be. */
  get remark(): string | undefined {
    return this.#plan.remark;
  }

  /** Runs once; outputs are copies. */
  run(inputs: ReadonlyMap<string, ElementArray>, observed?: ObservedRun): Map<string, ElementArray> {
    const bound = this.#ready(inputs);
    if (observed === undefined) for (const run of bound.runs) run();
    else this.#runObserved(bound.runs, observed);
    return new Map(bound.outputs.map(([name, elements]) => [name, elements.slice()]));
  }

  #runObserved(runs: Bound["runs"], observed: ObservedRun): void {
    const counts = completions(this.#plan.finished, observed.ranges);
    for (const [i, run] of runs.entries()) {
      run();
      const count = counts.get(i);
      if (count !== undefined) tellProgress(observed, count);
    }
  }

  /** Runs once and says how long each step took. */
  profile(inputs: ReadonlyMap<string, ElementArray>): StepTime[] {
    const bound = this.#ready(inputs);
    return bound.runs.map((run, i) => {
      const { work, label, scope, implementation, flops } = this.#plan.steps[i]!;
      const begin = performance.now();
      run();
      const milliseconds = performance.now() - begin;
      return {
        work,
        label,
        scope,
        milliseconds,
        ...(implementation === undefined ? {} : { implementation }),
        ...(flops === undefined ? {} : { flops }),
      };
    });
  }

  dispose(): void {
    this.#bound = undefined;
    this.#engine.dispose();
  }

  /** Bound to memory, inputs and constants in place. */
  #ready(inputs: ReadonlyMap<string, ElementArray>): Bound {
    this.place();
    this.#bound ??= this.#bind();
    const bound = this.#bound;
    for (const [place, elements] of bound.constants) copyElements(elements, place);
    for (const [name, place] of bound.inputs) copyElements(inputs.get(name)!, place);
    return bound;
  }

  /** Plans again: members of storages have got layouts since. */
  #replan(): void {
    this.#bound = undefined;
    this.#engine.clear();
    this.#plan = planProgram(this.#program, { ...this.#options, engine: this.#engine });
    this.#arena.reserve(this.#plan.memory.bytes);
  }

  #bind(): Bound {
    const { steps, inputs, outputs, constants } = this.#plan;
    const places = this.#places();
    return {
      runs: steps.map((step) => step.bind(places)),
      inputs: new Map(inputs.map(({ name, tensor }) => [name, places.elementsOf(tensor)])),
      outputs: outputs.map(({ name, tensor }) => [name, places.elementsOf(tensor)] as const),
      constants: constants.map(({ tensor, data }) => [places.elementsOf(tensor), data] as const),
    };
  }

  #places(): Memory {
    const { offsets } = this.#plan.memory;
    const placeOf = (region: Region) =>
      region.fixed === undefined ? this.#arena.at(offsets.get(region)!) : region.fixed;
    return {
      addressOf: ({ region, byteOffset }) => {
        const { memory, offset } = placeOf(region);
        return memory.address + offset + byteOffset;
      },
      offsetOf: ({ region, byteOffset }) => placeOf(region).offset + byteOffset,
      elementsOf: ({ region, byteOffset, type, shape }) => {
        const { memory, offset } = placeOf(region);
        return viewElements(type, memory.buffer, memory.byteOffset + offset + byteOffset, sizeOf(shape));
      },
    };
  }
}

/** How many of the ranges, in their order, are complete behind a step: for the steps behind which there are more. */
export function completions(
  finished: Plan["finished"],
  ranges: readonly VariableRef[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  let latest = 0;
  for (const [i, { storage, offset, shape }] of ranges.entries()) {
    for (const { variable, step } of finished) {
      const within =
        variable.offset < offset + sizeOf(shape) && offset < variable.offset + sizeOf(variable.shape);
      if (variable.storage === storage && within) latest = Math.max(latest, step);
    }
    counts.set(latest, i + 1);
  }
  return counts;
}

function copyElements(from: ElementArray, to: ElementArray): void {
  (to as Float32Array).set(from as Float32Array);
}
