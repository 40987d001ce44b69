// A program's plan: its dispatches, where its tensors lie, what is copied in and out. Made without a device.
import { sizeOf } from "../../../core/index.ts";
import type { BoundProgram, BoundValue } from "../../../graph/index.ts";
import type { Precision } from "../../contract.ts";
import {
  fuse,
  LastReads,
  type MemoryPlan,
  nodesOf,
  planMemory,
  type Unit,
  Uses,
} from "../../planning/index.ts";
import { joinsElementwise } from "../lower/elementwise.ts";
import { lowerUnit } from "../lower/index.ts";
import type { DeviceTraits } from "./device-traits.ts";
import type { Dispatch } from "./dispatch.ts";
import { mergeNeighbours } from "./merge.ts";
import { Planner } from "./planner.ts";
import { ALIGNMENT, isHalf, newTensor, type Region, type Tensor } from "./tensor.ts";

/** Where an input or output of the program lies. */
export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** All that recording on a device needs. */
export interface Plan {
  readonly dispatches: readonly Dispatch[];
  readonly memory: MemoryPlan<Region>;
  readonly inputs: readonly NamedTensor[];
  /** Row by row, in the arena. */
  readonly outputs: readonly NamedTensor[];
  readonly constants: readonly { readonly tensor: Tensor; readonly data: ArrayLike<number | bigint> }[];
  readonly constantBytes: number;
}

/** What the plan must keep to, and where variables lie. */
export interface PlanOptions {
  readonly traits: DeviceTraits;
  /** `32-true` or `16-mixed`; default `32-true`. */
  readonly precision?: Precision;
  /** Regions of the session's storages. */
  readonly storages: ReadonlyMap<string, Region>;
  /** No region of the arena lies across a multiple of so many bytes. */
  readonly slabBytes: number;
}

/** Plans a program: fuses its nodes to units, lowers them to dispatches, places their tensors. */
export function planProgram(
  program: BoundProgram,
  { traits, precision = "32-true", storages, slabBytes }: PlanOptions,
): Plan {
  const units = smallUpdatesLast(program, fuse(program, joinsElementwise));
  const planner = new Planner({
    program,
    traits,
    precision,
    storages,
    lastReads: new LastReads(program, units),
  });
  for (const [i, unit] of units.entries()) {
    planner.enter(i, nodesOf(unit)[0]!.scope);
    lowerUnit(planner, unit);
  }
  planner.enter(units.length, "");
  const outputs = Object.entries(program.outputs).map(([name, value]) => ({
    name,
    tensor: outputOf(planner, value),
  }));
  storeUpdates(planner, program);
  const dispatches = mergeNeighbours(planner.dispatches);
  const memory = planMemory(
    dispatches,
    {
      before: planner.inputs.map(({ tensor }) => tensor.region),
      after: outputs.map(({ tensor }) => tensor.region),
    },
    { alignment: ALIGNMENT, slabBytes },
  );
  const { inputs, constants, constantBytes } = planner;
  return { dispatches, memory, inputs, outputs, constants, constantBytes };
}

/** Updates of so many elements at most are left to the end, where they become few dispatches. */
const SMALL_UPDATE = 4096;

/** Units that do nothing but update small variables come last, those of one kind behind one another. */
function smallUpdatesLast(program: BoundProgram, units: readonly Unit[]): Unit[] {
  const uses = new Uses(program);
  const updated = new Set(program.updates.map(({ value }) => value));
  const outputs = new Set(Object.values(program.outputs));
  const isLast = (unit: Unit): boolean => {
    if (unit.kind !== "elementwise") return false;
    const own = new Set(nodesOf(unit));
    const results = [...own].flatMap((node) => node.outputs);
    const behind = results.filter(
      (value) => uses.isResult(value) || uses.of(value).some((node) => !own.has(node)),
    );
    return behind.every(
      (value) =>
        updated.has(value) &&
        !outputs.has(value) &&
        uses.of(value).every((node) => own.has(node)) &&
        sizeOf(value.shape) <= SMALL_UPDATE,
    );
  };
  const last = units.filter(isLast);
  const kindOf = (unit: Unit): string =>
    nodesOf(unit)
      .map(({ op, outputs: [y] }) => `${op} ${y!.dtype}`)
      .join();
  last.sort((a, b) => (kindOf(a) < kindOf(b) ? -1 : kindOf(a) > kindOf(b) ? 1 : 0));
  return [...units.filter((unit) => !isLast(unit)), ...last];
}

/** A result row by row, in memory that no update changes. */
function outputOf(planner: Planner, value: BoundValue): Tensor {
  const rows = planner.inStrides(value);
  if (isHalf(rows.type)) {
    const wide = newTensor("f32", value.shape);
    planner.copy(rows, wide, `%${value.id}`);
    return wide;
  }
  return rows.region.fixed === undefined ? rows : planner.duplicate(rows, `%${value.id}`);
}

/** Appends the copies of values into the variables that they update, for those not computed in place. */
function storeUpdates(planner: Planner, program: BoundProgram): void {
  // What waits for a reader is computed now, in the place of its variable where it may be.
  for (const { value } of program.updates) planner.tensor(value);
  const copies = program.updates
    .filter((update) => !planner.done.has(update))
    .map(({ variable, value }) => {
      const held = planner.tensor(value);
      const isVariable = held.region.fixed?.kind === "storage";
      return { variable, source: isVariable ? planner.duplicate(held, variable.name) : held };
    });
  for (const { variable, source } of copies) {
    planner.copy(source, planner.variable(variable), variable.name);
  }
}
