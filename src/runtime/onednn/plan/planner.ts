// The planner: keeps track of what each value is held as while units are lowered to steps.
import { ClassifierTrainingError, type Shape } from "../../../core/index.ts";
import type { BoundProgram, BoundUpdate, BoundValue, VariableRef } from "../../../graph/index.ts";
import type { Precision } from "../../contract.ts";
import { type ElementwiseMember, type LastReads, Uses } from "../../planning/index.ts";
import {
  ALIGNMENT,
  ARG,
  aligned,
  type DnnlType,
  type Engine,
  isDense,
  type Layout,
  type Operation,
  type PostOp,
  type Primitive,
} from "../ffi/index.ts";
import type { SharedSum } from "../sum-together.ts";
import type { Team } from "../winograd/team.ts";
import type { ConvolutionChooser } from "./convolution-choice.ts";
import { ELEMENT_BYTES, type ElementArray, type ElementType, elementTypeOf } from "./element-type.ts";
import type { ImageFormat } from "./image-format.ts";
import { addReorder } from "./reorder.ts";
import type { Step, Work } from "./step.ts";
import { unpacked } from "./storage-ranges.ts";
import { bytesOf, dnnlDims, orderOf, Region, ROW_MAJOR, type Tensor } from "./tensor.ts";
import type { VariableStore } from "./variable-store.ts";

/** A tensor operand of a primitive, by its argument index. */
export type Argument = readonly [index: number, tensor: Tensor];

/** What a step with one primitive says of itself; the module path is added. */
export interface PrimitiveStep {
  readonly work: Work;
  readonly label: string;
  readonly reads: readonly Argument[];
  readonly writes: readonly Argument[];
  readonly inPlace?: readonly (readonly [Tensor, Tensor])[];
  readonly flops?: number;
}

/** The program, and what was found out about it beforehand. */
export interface PlannerOptions {
  readonly engine: Engine;
  readonly program: BoundProgram;
  readonly store: VariableStore;
  readonly precision: Precision;
  readonly chooser: ConvolutionChooser;
  readonly images: ImageFormat;
  /** Threads for convolutions in Winograd's form; absent where they cannot reach all of the memory. */
  readonly winograd: Team | undefined;
  /** The way to the other processes, where there are. */
  readonly shared: SharedSum | undefined;
  readonly lastReads: LastReads;
}

/** State of making one plan. */
export class Planner {
  readonly engine: Engine;
  readonly program: BoundProgram;
  readonly store: VariableStore;
  readonly chooser: ConvolutionChooser;
  readonly images: ImageFormat;
  readonly winograd: Team | undefined;
  /** The way to the other processes, where there are. */
  readonly shared: SharedSum | undefined;
  /** Element type of activations. */
  readonly activation: "f32" | "bf16";
  readonly steps: Step[] = [];
  readonly inputs: { readonly name: string; readonly tensor: Tensor }[] = [];
  /** Tensors that are filled before every run. */
  readonly constants: { readonly tensor: Tensor; readonly data: ElementArray }[] = [];
  /** Updates whose values were computed in their variable's place. */
  readonly done: Set<BoundUpdate> = new Set();
  /** Things that a forward step leaves for its backward step, by a value that both know. */
  readonly workspaces: Map<BoundValue, { readonly tensor: Tensor | undefined; readonly forward: Primitive }> =
    new Map();
  readonly #lastReads: LastReads;
  readonly #uses: Uses;
  readonly #tensors = new Map<BoundValue, Tensor[]>();
  readonly #updates = new Map<BoundValue, BoundUpdate[]>();
  readonly #numbers = new Map<number, Tensor>();
  #unit = 0;
  #scope = "";

  constructor(options: PlannerOptions) {
    const { engine, program, store, precision, chooser, images, winograd, lastReads } = options;
    this.engine = engine;
    this.program = program;
    this.store = store;
    this.chooser = chooser;
    this.images = images;
    this.winograd = winograd;
    this.shared = options.shared;
    this.activation = precision === "bf16-mixed" ? "bf16" : "f32";
    this.#lastReads = lastReads;
    this.#uses = new Uses(program);
    for (const update of program.updates) {
      this.#updates.set(update.value, [...(this.#updates.get(update.value) ?? []), update]);
    }
  }

  /** Marks the steps that follow as those of unit `index`, of the module at `scope`. */
  enter(index: number, scope: string): void {
    this.#unit = index;
    this.#scope = scope;
  }

  isHeld(value: BoundValue): boolean {
    return this.#tensors.has(value);
  }

  /** The value as it was produced. */
  tensor(value: BoundValue): Tensor {
    const [first] = this.#tensors.get(value) ?? [];
    if (first !== undefined) return first;
    throw new ClassifierTrainingError(
      "failure",
      "ONEDNN_PLAN",
      `value %${value.id} is used before it is made`,
    );
  }

  /** Registers what a value is held as. */
  hold(value: BoundValue, tensor: Tensor): Tensor {
    const held = this.#tensors.get(value);
    if (held === undefined) this.#tensors.set(value, [tensor]);
    else held.push(tensor);
    return tensor;
  }

  /**
   * The value in a layout: as it is, or reordered, once.
   *
   * @param part the piece of the value that the layout is of; default: the whole
   */
  inLayout(value: BoundValue, layout: Layout, part?: (whole: Tensor) => Tensor): Tensor {
    const found = this.#tensors.get(value)?.find((tensor) => tensor.layout?.key === layout.key);
    if (found !== undefined) return found;
    const source = this.readable(value);
    if (part === undefined) return this.hold(value, this.reorder(source, layout, `%${value.id}`));
    const reordered = this.reorder(part(source), layout, `part of %${value.id}`);
    return this.hold(value, { ...reordered, order: `part ${layout.key}` });
  }

  /** A tensor of the value whose layout says where every element lies. */
  readable(value: BoundValue): Tensor {
    const given = this.tensor(value);
    if (given.order === ROW_MAJOR || value.node.op !== "variable" || given.layout === undefined) return given;
    const { variable } = value.node.params as { variable: VariableRef };
    const isRange = given.order === this.store.tensorOf(variable).order && !this.store.isMember(variable);
    return isRange ? this.hold(value, unpacked(this, variable)) : given;
  }

  /** The value row by row, as `type` (default: as it is held; bfloat16 becomes float32). */
  rowMajor(value: BoundValue, type?: ElementType): Tensor {
    const given = this.tensor(value);
    const wanted = type ?? (given.type === "bf16" ? "f32" : given.type);
    const found = this.#tensors
      .get(value)
      ?.filter((tensor) => tensor.order === ROW_MAJOR && tensor.type === wanted)
      .sort((a, b) => (a.byteOffset % ALIGNMENT) - (b.byteOffset % ALIGNMENT))[0];
    if (wanted === "s64") return found ?? given;
    const rows = (shape: Shape): Layout => this.engine.layout(wanted, dnnlDims(shape));
    if (found !== undefined) return { ...found, layout: rows(found.shape) };
    return this.hold(value, this.reorder(this.readable(value), rows(value.shape), `%${value.id}`));
  }

  /** A float vector or matrix, row by row as float32 on a cache line: what kernels take without looking. */
  alignedRows(value: BoundValue): Tensor {
    const rows = this.rowMajor(value, "f32");
    if (rows.byteOffset % ALIGNMENT === 0) return rows;
    return this.hold(value, this.reorder(rows, rows.layout!, `%${value.id}`));
  }

  /** New memory for a tensor. */
  allocate(shape: Shape, layout: Layout): Tensor {
    const region = new Region(layout.bytes);
    return {
      region,
      byteOffset: 0,
      type: layout.type as DnnlType & ElementType,
      shape,
      layout,
      order: this.order(layout),
    };
  }

  /** New row-major memory for a tensor of any type. */
  allocateRows(shape: Shape, type: ElementType): Tensor {
    if (type !== "s64") return this.allocate(shape, this.engine.layout(type, dnnlDims(shape)));
    const region = new Region(Math.max(bytesOf(type, shape), 1));
    return { region, byteOffset: 0, type, shape, layout: undefined, order: ROW_MAJOR };
  }

  /** Memory for a value's result: that of the variable it updates, where it may be written already, else new. */
  produce(value: BoundValue, layout: Layout): Tensor {
    return this.hold(value, this.destination(value, layout) ?? this.allocate(value.shape, layout));
  }

  /** Row-major memory for a value's result. */
  produceRows(value: BoundValue, type: ElementType = elementTypeOf(value.dtype)): Tensor {
    if (type !== "s64") return this.produce(value, this.engine.layout(type, dnnlDims(value.shape)));
    return this.hold(value, this.allocateRows(value.shape, type));
  }

  /**
   * The place of a variable that the value updates, where nothing reads the variable any more, it lies in this
   * layout and on a cache line.
   *
   * @param readsHere whether the current unit may still read the variable (elementwise units write an element
   *   only after they have read it).
   */
  destination(value: BoundValue, layout: Pick<Layout, "key">, readsHere = false): Tensor | undefined {
    return this.#claim(value, readsHere, (tensor) => tensor.layout?.key === layout.key);
  }

  /** The place of a whole storage that the value updates, whatever the order of its elements: see `destination`. */
  destinationInOrder(
    value: BoundValue,
    order: string,
    isTaken: (place: Tensor) => boolean,
  ): Tensor | undefined {
    return this.#claim(
      value,
      true,
      (tensor) => tensor.order === order && tensor.type === "f32" && !isTaken(tensor),
    );
  }

  /** Whether a result of the program or a node other than these members needs the value. */
  isUsedBehind(value: BoundValue, members: readonly ElementwiseMember[]): boolean {
    const own = new Set(members.flatMap((member) => (member.kind === "op" ? [member.node] : member.nodes)));
    return this.#uses.isResult(value) || this.#uses.of(value).some((node) => !own.has(node));
  }

  #claim(value: BoundValue, readsHere: boolean, fits: (tensor: Tensor) => boolean): Tensor | undefined {
    const limit = readsHere ? this.#unit : this.#unit - 1;
    for (const update of this.#updates.get(value) ?? []) {
      const tensor = this.store.tensorOf(update.variable);
      const isFree = this.#lastReads.of(update.variable) <= limit;
      if (!isFree || tensor.byteOffset % ALIGNMENT !== 0 || !fits(tensor)) continue;
      this.done.add(update);
      return tensor;
    }
    return undefined;
  }

  /** The order of a layout's elements; those of layouts with gaps are only like those of the same layout. */
  order(layout: Layout): string {
    return isDense(layout) ? orderOf(layout) : `padded ${layout.key}`;
  }

  /** The same memory seen in another shape and layout, which may begin `elements` elements further on. */
  view(source: Tensor, shape: Shape, layout: Layout, elements = 0): Tensor {
    const byteOffset = source.byteOffset + elements * ELEMENT_BYTES[source.type];
    return { ...source, byteOffset, shape, layout, order: this.order(layout) };
  }

  /** A float32 scalar that holds a number. */
  numberTensor(number: number): Tensor {
    const known = this.#numbers.get(number);
    if (known !== undefined) return known;
    const tensor = this.allocateRows([], "f32");
    this.#numbers.set(number, tensor);
    this.constants.push({ tensor, data: Float32Array.of(number) });
    return tensor;
  }

  /** A copy of a tensor in another layout. */
  reorder(source: Tensor, layout: Layout, label: string): Tensor {
    const target = this.allocate(source.shape, layout);
    this.copy(source, target, label);
    return target;
  }

  /** Copies a tensor into another of the same shape, converting layout and type. */
  copy(source: Tensor, target: Tensor, label: string): void {
    const [from, to] = this.#alike(source, target);
    addReorder(this, from, to, label);
  }

  /** Sets all of a tensor's memory, gaps and padding too, to a number. */
  fill(target: Tensor, value: number, label: string): void {
    const elements = { ...target, shape: [target.layout!.bytes / ELEMENT_BYTES[target.type]] };
    this.addStep({
      work: "host",
      label: `fill of ${label}`,
      reads: [],
      writes: [target.region],
      bind: (memory) => {
        const all = memory.elementsOf(elements) as Float32Array;
        return () => all.fill(value);
      },
    });
  }

  /** Copies elements of any type into a tensor of the same shape. */
  move(source: Tensor, target: Tensor, label: string): void {
    if (source.layout !== undefined && target.layout !== undefined) {
      this.copy(source, target, label);
      return;
    }
    this.addStep({
      work: "host",
      label: `copy of ${label}`,
      reads: [source.region],
      writes: [target.region],
      bind: (memory) => {
        const from = memory.elementsOf(source) as BigInt64Array;
        const to = memory.elementsOf(target) as BigInt64Array;
        return () => to.set(from);
      },
    });
  }

  /** A copy of a tensor as it lies, in memory of its own. */
  duplicate(held: Tensor, label: string): Tensor {
    const bytes = held.layout?.bytes ?? bytesOf(held.type, held.shape);
    const twin: Tensor = { ...held, region: new Region(bytes), byteOffset: 0 };
    this.move(held, twin, label);
    return twin;
  }

  /** Appends a step that executes a primitive. */
  add(primitive: Primitive, { work, label, reads, writes, inPlace = [], flops }: PrimitiveStep): void {
    const { engine } = this;
    const scratchpad = primitive.layout("scratchpad");
    const scratch = scratchpad && new Region(aligned(scratchpad.bytes));
    this.steps.push({
      work,
      label,
      scope: this.#scope,
      implementation: primitive.implementation,
      ...(flops === undefined ? {} : { flops }),
      reads: reads.map(([, { region }]) => region),
      writes: writes.map(([, { region }]) => region),
      ...(scratch === undefined ? {} : { scratch }),
      inPlace: inPlace
        .filter(([output, input]) => output.byteOffset === input.byteOffset)
        .map(([output, input]) => [output.region, input.region] as const),
      bind: (memory) => {
        const bound = [...reads, ...writes].map(
          ([index, tensor]) => [index, engine.memory(tensor.layout!, memory.addressOf(tensor))] as const,
        );
        if (scratchpad !== undefined && scratch !== undefined) {
          const address = memory.addressOf({ region: scratch, byteOffset: 0 });
          bound.push([ARG.scratchpad, engine.memory(scratchpad, address)]);
        }
        const args = engine.pack(bound);
        return () => engine.execute(primitive.handle, args, () => label);
      },
    });
  }

  /** Appends a step that is not a single primitive. */
  addStep(step: Omit<Step, "scope">): void {
    this.steps.push({ ...step, scope: this.#scope });
  }

  /** A primitive that is no reference implementation, or undefined. */
  fastPrimitive(
    operation: Operation,
    postOps: readonly PostOp[] = [],
    hint?: Primitive,
  ): Primitive | undefined {
    const primitive = this.engine.tryPrimitive(operation, postOps, hint);
    return primitive === undefined || primitive.implementation.includes("ref") ? undefined : primitive;
  }

  /** Both with the same dimensions: rows may be seen in those of the other (groups of channels, scalars). */
  #alike(source: Tensor, target: Tensor): readonly [Tensor, Tensor] {
    const [from, to] = [source.layout!, target.layout!];
    if (from.dims.join() === to.dims.join()) return [source, target];
    return source.order === ROW_MAJOR
      ? [{ ...source, layout: this.engine.layout(from.type, to.dims) }, target]
      : [source, { ...target, layout: this.engine.layout(to.type, from.dims) }];
  }
}
