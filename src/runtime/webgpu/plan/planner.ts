// The planner: keeps track of where each value lies while units are lowered to dispatches.
import { ClassifierTrainingError, type Shape, sizeOf, stridesOf } from "../../../core/index.ts";
import type { BoundNode, BoundProgram, BoundUpdate, BoundValue, VariableRef } from "../../../graph/index.ts";
import type { Precision } from "../../contract.ts";
import { type ElementwiseMember, type LastReads, Uses } from "../../planning/index.ts";
import { copyKernel } from "../wgsl/copy.ts";
import { packMapsKernel, packWeightKernel } from "../wgsl/pack.ts";
import type { DeviceTraits } from "./device-traits.ts";
import type { Dispatch } from "./dispatch.ts";
import {
  ALIGNMENT,
  channelsLastStrides,
  ELEMENT_BYTES,
  type ElementType,
  elementTypeOf,
  type HalfType,
  isHalf,
  liesAs,
  newTensor,
  Region,
  type Tensor,
} from "./tensor.ts";

/** The program, and what was found out about it beforehand. */
export interface PlannerOptions {
  readonly program: BoundProgram;
  readonly traits: DeviceTraits;
  readonly precision: Precision;
  readonly lastReads: LastReads;
  /** Regions of the session's storages. */
  readonly storages: ReadonlyMap<string, Region>;
}

/** A value that is computed only where it is read for the first time. */
export interface Deferred {
  /** Computes it, and says where it lies. */
  readonly make: () => void;
  /** How it is computed element by element, so that a kernel that reads it can do so itself; default: it cannot. */
  readonly inline?: Inline;
}

/** An element of a value as an expression over elements of others. */
export interface Inline {
  /** Seen in the shape of the value. */
  readonly inputs: readonly Tensor[];
  expression(elements: readonly string[]): string;
}

/** The parts of a weight's gradient, [part, O, tap, C], with zeros behind the channels that the weight has. */
export interface GradientParts {
  readonly value: BoundValue;
  readonly parts: Tensor;
  readonly channels: number;
}

/** State of making one plan. */
export class Planner {
  readonly traits: DeviceTraits;
  /** How activations and factors are held where that is as float16. */
  readonly half: HalfType | undefined;
  readonly program: BoundProgram;
  /** Bytes of the program's largest value. */
  readonly largest: number;
  readonly dispatches: Dispatch[] = [];
  readonly inputs: { readonly name: string; readonly tensor: Tensor }[] = [];
  readonly constants: { readonly tensor: Tensor; readonly data: ArrayLike<number | bigint> }[] = [];
  /** Positions of maxima in their windows, by the pooling's result. */
  readonly maxima: Map<BoundValue, Tensor> = new Map();
  /** Updates whose values were computed in their variable's place. */
  readonly done: Set<BoundUpdate> = new Set();
  /** Small vectors: one region, so that kernels over several of them are one. */
  readonly small: Region = new Region(0, { isShared: true });
  /** Gradients whose parts wait in one region to be added up together. */
  parts: { readonly region: Region; readonly gradients: GradientParts[] } = {
    region: new Region(0, { isShared: true }),
    gradients: [],
  };
  readonly #lastReads: LastReads;
  readonly #storages: ReadonlyMap<string, Region>;
  readonly #uses: Uses;
  readonly #tensors = new Map<BoundValue, Tensor[]>();
  readonly #updates = new Map<BoundValue, BoundUpdate[]>();
  readonly #smallInputs = new Map<ElementType, Region>();
  readonly #padded = new Map<BoundValue, Tensor>();
  readonly #deferred = new Map<BoundValue, Deferred>();
  /** Weights as convolutions take them. */
  readonly #weights = new Region(0, { isShared: true });
  #packed = 0;
  #constantBytes = 0;
  #unit = 0;
  #scope = "";

  constructor({ program, traits, precision, lastReads, storages }: PlannerOptions) {
    this.program = program;
    this.traits = traits;
    if (precision === "16-mixed") this.half = traits.hasFloat16 ? "f16" : "f16in32";
    this.#lastReads = lastReads;
    this.#storages = storages;
    this.#uses = new Uses(program);
    this.largest = program.nodes.reduce(
      (most, { outputs }) => Math.max(most, ...outputs.map(({ shape }) => sizeOf(shape) * ELEMENT_BYTES.f32)),
      0,
    );
    for (const update of program.updates) {
      this.#updates.set(update.value, [...(this.#updates.get(update.value) ?? []), update]);
    }
  }

  /** The region that small inputs of a type share. */
  smallInputs(type: ElementType): Region {
    const known = this.#smallInputs.get(type);
    if (known !== undefined) return known;
    const region = new Region(0, { isShared: true });
    this.#smallInputs.set(type, region);
    return region;
  }

  /** Elements that are there before every run, row by row. */
  constant(type: ElementType, shape: Shape, data: ArrayLike<number | bigint>): Tensor {
    const bytes = Math.max(data.length, 1) * ELEMENT_BYTES[type];
    const region = new Region(bytes, { fixed: { kind: "constant", byteOffset: this.#constantBytes } });
    this.#constantBytes += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const tensor: Tensor = { region, type, shape, strides: stridesOf(shape), offset: 0 };
    this.constants.push({ tensor, data });
    return tensor;
  }

  /** Bytes of all constants. */
  get constantBytes(): number {
    return this.#constantBytes;
  }

  /** Marks the dispatches that follow as those of unit `index`, of the module at `scope`. */
  enter(index: number, scope: string): void {
    this.#unit = index;
    this.#scope = scope;
  }

  emit(dispatch: Omit<Dispatch, "scope" | "reads" | "writes">): void {
    this.dispatches.push(complete(dispatch, this.#scope));
  }

  /** Leaves it to the first that reads the value to compute it. */
  defer(value: BoundValue, deferred: Deferred): void {
    this.#deferred.set(value, deferred);
  }

  /** How a value that is not computed yet may be computed by its reader. */
  inlineOf(value: BoundValue): Inline | undefined {
    return this.#deferred.get(value)?.inline;
  }

  /** Computes a value that was left to its reader. */
  #settle(value: BoundValue): void {
    const deferred = this.#deferred.get(value);
    this.#deferred.delete(value);
    deferred?.make();
  }

  /** Whether the tensor's elements are the same all through a run, once they are there. */
  isLasting({ region: { fixed } }: Tensor): boolean {
    return (
      fixed?.kind !== "storage" ||
      this.program.updates.every(({ variable }) => variable.storage !== fixed.name)
    );
  }

  /** The value as it was produced. */
  tensor(value: BoundValue): Tensor {
    this.#settle(value);
    const [first] = this.#tensors.get(value) ?? [];
    if (first !== undefined) return first;
    throw new ClassifierTrainingError(
      "failure",
      "WEBGPU_PLAN",
      `value %${value.id} is used before it is made`,
    );
  }

  /** Registers where a value lies. */
  hold(value: BoundValue, tensor: Tensor): Tensor {
    this.#deferred.delete(value);
    const held = this.#tensors.get(value);
    if (held === undefined) this.#tensors.set(value, [tensor]);
    else held.push(tensor);
    return tensor;
  }

  /** The value at these strides (default: row by row) from a multiple of `alignment` elements: as it is, or copied once. */
  inStrides(value: BoundValue, strides: readonly number[] = stridesOf(value.shape), alignment = 1): Tensor {
    this.#settle(value);
    const found = this.#tensors
      .get(value)
      ?.find((tensor) => liesAs(tensor, strides) && tensor.offset % alignment === 0);
    if (found !== undefined) return found;
    const held = this.tensor(value);
    const copy = newTensor(held.type, value.shape, strides);
    this.copy(held, copy, `%${value.id}`);
    return this.hold(value, copy);
  }

  /** The value with its channels closest together. */
  channelsLast(value: BoundValue, alignment = 1): Tensor {
    return this.inStrides(value, channelsLastStrides(value.shape), alignment);
  }

  /** Maps with their channels closest together, zeros behind them so that there are `channels`; copied once. */
  padded(value: BoundValue, channels: number): Tensor {
    const known = this.#padded.get(value);
    if (known !== undefined) return known;
    const shape = value.shape.map((size, axis) => (axis === 1 ? channels : size));
    const whole = newTensor(this.half ?? "f32", shape, channelsLastStrides(shape));
    this.emit(packMapsKernel(this.tensor(value), whole, this.traits));
    this.#padded.set(value, whole);
    return whole;
  }

  /**
   * A variable [O, C, kH, kW] with its channels closest together, in fours; all are packed before anything else.
   * @param seen the shape that it is seen in; default: its own
   */
  packedWeight(value: BoundValue, channels: number, seen: Shape = value.shape): Tensor {
    const known = this.#padded.get(value);
    if (known !== undefined) return known;
    const shape = seen.map((size, axis) => (axis === 1 ? channels : size));
    const strides = channelsLastStrides(shape);
    const type = this.half ?? "f32";
    const begin = this.#weights.extend(Math.ceil((sizeOf(shape) * ELEMENT_BYTES[type]) / 16) * 16);
    const packed: Tensor = {
      region: this.#weights,
      type,
      shape,
      strides,
      offset: begin / ELEMENT_BYTES[type],
    };
    const { dispatches } = this;
    const kernel = packWeightKernel({ ...this.tensor(value), shape: seen }, packed, channels, this.traits);
    dispatches.splice(this.#packed++, 0, complete(kernel, this.#scope));
    this.#padded.set(value, packed);
    return packed;
  }

  /** Memory for a value's result: that of the variable it updates, where it may be written already, else new. */
  produce(
    value: BoundValue,
    strides: readonly number[] = stridesOf(value.shape),
    type: ElementType = elementTypeOf(value.dtype),
  ): Tensor {
    const place = this.destination(value, strides);
    return this.hold(value, place ?? newTensor(type, value.shape, strides));
  }

  /** The same for what flows between layers, forth and back: float16 where the precision has it so. */
  produceActivation(value: BoundValue, strides?: readonly number[]): Tensor {
    return this.produce(value, strides, this.isKept(value) ? undefined : this.half);
  }

  /** The same for a value that is put together of others, row by row: float16 where one of them is. */
  produceLike(value: BoundValue, parts: readonly BoundValue[]): Tensor {
    const types = parts.map((part) => this.tensor(part).type);
    return this.produce(value, undefined, types.find(isHalf) ?? types[0]);
  }

  /** Whether a value leaves the program, itself, seen otherwise, or in a sum: float32 whatever the precision. */
  isKept(value: BoundValue): boolean {
    if (this.#uses.isResult(value)) return true;
    return this.#uses.of(value).some(({ op, outputs: [result] }) => {
      if (op === "reshape" || op === "transpose") return this.isKept(result!);
      return op === "add" && this.#uses.isResult(result!);
    });
  }

  /** Memory for a vector that is small and kept: beside others of its kind, or in the variable that it updates. */
  produceSmall(value: BoundValue): Tensor {
    return this.hold(value, this.destination(value, stridesOf(value.shape)) ?? this.smallTensor(value.shape));
  }

  smallTensor(shape: Shape): Tensor {
    const begin = this.small.extend(Math.ceil(sizeOf(shape) / 4) * 16);
    return {
      region: this.small,
      type: "f32",
      shape,
      strides: stridesOf(shape),
      offset: begin / ELEMENT_BYTES.f32,
    };
  }

  /** A variable's memory. */
  variable({ storage, shape, dtype, offset }: VariableRef): Tensor {
    return {
      region: this.#storages.get(storage)!,
      type: elementTypeOf(dtype),
      shape,
      strides: stridesOf(shape),
      offset,
    };
  }

  /**
   * The place of a variable that the value updates, where nothing reads the variable any more.
   *
   * @param isFree whether the unit that is lowered may write there, although it reads the variable
   */
  destination(
    value: BoundValue,
    strides: readonly number[],
    isFree: (place: Tensor) => boolean = () => false,
  ): Tensor | undefined {
    for (const update of this.#updates.get(value) ?? []) {
      const place = this.variable(update.variable);
      const last = this.#lastReads.of(update.variable);
      if (!liesAs(place, strides) || last > this.#unit || (last === this.#unit && !isFree(place))) continue;
      this.done.add(update);
      return place;
    }
    return undefined;
  }

  /** Whether a result of the program or a node other than these members needs the value. */
  isUsedBehind(value: BoundValue, members: readonly ElementwiseMember[]): boolean {
    const own = new Set<BoundNode>(
      members.flatMap((member) => (member.kind === "op" ? [member.node] : member.nodes)),
    );
    return this.#uses.isResult(value) || this.#uses.of(value).some((node) => !own.has(node));
  }

  /** The nodes that use the value. */
  users(value: BoundValue): readonly BoundNode[] {
    return this.#uses.of(value);
  }

  /** Copies a tensor into another of the same shape. */
  copy(source: Tensor, target: Tensor, label: string): void {
    this.emit(copyKernel(source, target, label, this.traits));
  }

  /** A dense copy of a tensor in memory of its own, row by row. */
  duplicate(source: Tensor, label: string): Tensor {
    const twin = newTensor(source.type, source.shape);
    this.copy(source, twin, label);
    return twin;
  }
}

function complete(dispatch: Omit<Dispatch, "scope" | "reads" | "writes">, scope: string): Dispatch {
  const { bindings } = dispatch;
  return {
    ...dispatch,
    scope,
    reads: bindings.map(({ region }) => region),
    writes: bindings.filter(({ written }) => written).map(({ region }) => region),
  };
}
