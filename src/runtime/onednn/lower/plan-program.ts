// A program's plan: its steps, where its tensors lie, what is copied in and out.
import type { BoundProgram, BoundUpdate, BoundValue, VariableRef } from "../../../graph/index.ts";
import type { Precision } from "../../contract.ts";
import {
  fuse,
  LastReads,
  type MemoryPlan,
  nodesOf,
  planMemory,
  withEarlyUpdates,
  withRecomputation,
} from "../../planning/index.ts";
import { ALIGNMENT, type Engine } from "../ffi/index.ts";
import type { Arena } from "../plan/arena.ts";
import type { ConvolutionChooser } from "../plan/convolution-choice.ts";
import type { ElementArray } from "../plan/element-type.ts";
import { joinsElementwise } from "../plan/elementwise-members.ts";
import { imageFormatOf } from "../plan/image-format.ts";
import { Planner } from "../plan/planner.ts";
import type { Step } from "../plan/step.ts";
import { pack } from "../plan/storage-ranges.ts";
import { type Region, ROW_MAJOR, type Tensor } from "../plan/tensor.ts";
import type { VariableStore } from "../plan/variable-store.ts";
import type { SharedSum } from "../sum-together.ts";
import type { Team } from "../winograd/team.ts";
import { adoptWeightLayouts } from "./convolution.ts";
import { lowerUnit } from "./index.ts";
import { OWN_WINOGRAD } from "./winograd.ts";

/** Where an input or output of the program lies. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** All that a run needs but memory itself. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly memory: MemoryPlan<Region>;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
  /** Copied in before every run, as inputs are. */
  readonly constants: readonly { readonly tensor: Tensor; readonly data: ElementArray }[];
  /** Behind which step the variables of the program's updates are changed no more. */
  readonly finished: readonly { readonly variable: VariableRef; readonly step: number }[];
  /** The store's version that the plan was made for. */
  readonly storeVersion: number;
  /** What makes it slower than it could be. */
  readonly remark?: string;
}

/** What a plan is made for: a library, variables, a precision. */
export interface PlanOptions {
  readonly engine: Engine;
  readonly store: VariableStore;
  readonly precision: Precision;
  readonly chooser: ConvolutionChooser;
  /** Threads for convolutions in Winograd's form, where there are. */
  readonly winograd: Team | undefined;
  /** The way to the other processes, where there are. */
  readonly shared: SharedSum | undefined;
  /** The session's memory: where intermediate values may begin, and what one of its slabs holds, in bytes. */
  readonly arena: Pick<Arena, "begin" | "slabBytes">;
}

/**
 * Plans a program: fuses its nodes to units, lowers them to steps, places their tensors. One that needs more memory than
 * kernels in WebAssembly reach does without them.
 */
export function planProgram(program: BoundProgram, options: PlanOptions): Plan {
  const plan = planWith(program, options);
  const { slabBytes } = options.arena;
  const own = plan.steps.filter(({ implementation }) => implementation === OWN_WINOGRAD).length;
  if (own === 0 || plan.memory.bytes <= slabBytes) return plan;
  const [needed, reached] = [plan.memory.bytes, slabBytes].map((bytes) => (bytes / 2 ** 30).toPrecision(3));
  const remark = `a batch needs ${needed} GiB, more than the ${reached} GiB that kernels in WebAssembly reach: ${own} convolutions take the library's algorithms instead of ${OWN_WINOGRAD}; a smaller data.batch_size avoids that`;
  return { ...planWith(program, { ...options, winograd: undefined }), remark };
}

function planWith(given: BoundProgram, options: PlanOptions): Plan {
  const { engine, store, arena } = options;
  const program = withEarlyUpdates(
    withRecomputation(given, { joins: joinsElementwise, normalizes: true }).program,
  );
  const images = imageFormatOf(engine, program);
  adoptWeightLayouts(engine, program, store, images);
  const units = fuse(program, joinsElementwise);
  const lastReads = new LastReads(program, units);
  const planner = new Planner({ ...options, program, images, lastReads });
  const ends: number[] = [];
  const stored = new Map<BoundUpdate, number>();
  for (const [i, unit] of units.entries()) {
    planner.enter(i, nodesOf(unit)[0]!.scope);
    lowerUnit(planner, unit);
    const made = nodesOf(unit).flatMap(({ outputs }) => outputs);
    for (const update of program.updates)
      if (made.includes(update.value) && storeEarly(planner, update, i, lastReads))
        stored.set(update, planner.steps.length);
    ends.push(planner.steps.length);
  }
  planner.enter(units.length, "");
  const outputs = Object.entries(program.outputs).map(([name, value]) => ({
    name,
    tensor: outputOf(planner, value),
  }));
  storeUpdates(planner, program);
  const finished = program.updates.map((update) => {
    const isInPlace = planner.done.has(update) && !stored.has(update);
    const end = isInPlace ? ends[lastReads.ofUpdate(update)] : stored.get(update);
    return { variable: update.variable, step: (end ?? planner.steps.length) - 1 };
  });
  return {
    steps: planner.steps,
    finished,
    memory: planMemory(
      planner.steps,
      {
        before: [...planner.inputs, ...planner.constants].map(({ tensor }) => tensor.region),
        after: outputs.map(({ tensor }) => tensor.region),
      },
      { alignment: ALIGNMENT, slabBytes: arena.slabBytes, begin: arena.begin },
    ),
    inputs: planner.inputs,
    outputs,
    constants: planner.constants,
    storeVersion: store.version,
  };
}

/** A result row by row, in memory that no update changes. */
function outputOf(planner: Planner, value: BoundValue): Tensor {
  const rows = planner.rowMajor(value);
  return rows.region.fixed === undefined ? rows : planner.duplicate(rows, `%${value.id}`);
}

/** Copies a value that was just made into the variable that it updates, where nothing reads that any more; whether it did. */
function storeEarly(planner: Planner, update: BoundUpdate, unit: number, lastReads: LastReads): boolean {
  const { variable, value } = update;
  if (planner.done.has(update) || !planner.isHeld(value) || lastReads.of(variable) > unit) return false;
  const held = planner.tensor(value);
  const fits = planner.store.isMember(variable) || held.order === planner.store.tensorOf(variable).order;
  if (held.region.fixed !== undefined || !fits) return false;
  storeInto(planner, held, variable);
  planner.done.add(update);
  return true;
}

/** Appends the copies of values into the variables that they update, for those not computed in place. */
function storeUpdates(planner: Planner, program: BoundProgram): void {
  const copies = program.updates
    .filter((update) => !planner.done.has(update))
    .map(({ variable, value }) => ({ variable, source: safeSource(planner, value, variable) }));
  for (const { variable, source } of copies) storeInto(planner, source, variable);
}

/** The value in memory that no update changes, in an order that the variable can be set from. */
function safeSource(planner: Planner, value: BoundValue, variable: VariableRef): Tensor {
  const held = planner.tensor(value);
  const { order } = planner.store.tensorOf(variable);
  const fits = held.order === order || planner.store.isMember(variable);
  if (held.region.fixed !== undefined && fits) return planner.duplicate(held, variable.name);
  return fits ? held : planner.rowMajor(value);
}

function storeInto(planner: Planner, source: Tensor, variable: VariableRef): void {
  const target = planner.store.tensorOf(variable);
  if (target.order === ROW_MAJOR || planner.store.isMember(variable)) {
    planner.move(source, target, variable.name);
  } else if (source.order === target.order) {
    planner.move(
      { ...source, order: ROW_MAJOR, layout: target.layout },
      { ...target, order: ROW_MAJOR },
      variable.name,
    );
  } else {
    pack(planner, source, variable);
  }
}
