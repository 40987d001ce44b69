// Elementwise units: one pass through memory in blocks that stay in the cache between primitives.
import { sizeOf } from "../../../core/index.ts";
import type { BoundValue } from "../../../graph/index.ts";
import type { ElementwiseMember } from "../../planning/index.ts";
import { ARG, aligned, type Layout, type PostOp, type Primitive } from "../ffi/index.ts";
import { ELEMENT_BYTES } from "../plan/element-type.ts";
import type { Planner } from "../plan/planner.ts";
import { Region, ROW_MAJOR, type Tensor } from "../plan/tensor.ts";
import { type BlockOperand, type BlockPrimitive, blockStep } from "./block-step.ts";
import {
  type Chain,
  chainsOf,
  distinctFunctions,
  type Gradient,
  type Instruction,
  operandsOf,
} from "./elementwise-program.ts";

/**
 * Elements of a block: temporaries of it stay in the third-level cache. Smaller blocks that stay in the second level
 * are no faster on an idle machine, and ten times slower beside other processes: each call waits for all threads.
 */
const BLOCK = 524288;

type Type = "f32" | "bf16";

/** One step for the whole unit; only results that are used behind it are stored whole. */
export function lowerElementwise(planner: Planner, members: readonly ElementwiseMember[]): void {
  const results = new Set(
    members.map((member) => (member.kind === "op" ? member.node.outputs[0]! : member.result)),
  );
  const wanted = new Set([...results].filter((value) => planner.isUsedBehind(value, members)));
  const program = chainsOf(members, (value) => wanted.has(value));
  const inputs = [...new Set(program.flatMap(operandsOf))].filter((value) => !results.has(value));
  const { order, type, layout } = commonOrder(planner, inputs);
  const tensors = new Map(inputs.map((value) => [value, inOrder(planner, value, order, type, layout)]));
  new UnitLowering(planner, program, wanted, tensors, { order, type, layout }).emit();
}

interface Order {
  readonly order: string;
  readonly type: Type;
  /** Layout of a tensor in that order; absent where only whole storages have it. */
  readonly layout: Layout | undefined;
}

/** The order in which the unit's tensors are best walked: one that most operands lie in already. */
function commonOrder(planner: Planner, inputs: readonly BoundValue[]): Order {
  const held = inputs.map((value) => planner.tensor(value));
  const type = held.some((tensor) => tensor.type === "bf16") ? "bf16" : "f32";
  const rows = { order: ROW_MAJOR, type, layout: planner.engine.layout(type, dims(inputs[0]!)) } as const;
  if (held.every(({ order }) => order === held[0]!.order) && !held[0]!.order.startsWith("padded")) {
    const { order, layout } = held[0]!;
    return order === ROW_MAJOR ? rows : { order, type, layout: isStorage(held[0]!) ? undefined : layout };
  }
  const blocked = held.find(
    (tensor) => tensor.order !== ROW_MAJOR && !tensor.order.startsWith("padded") && !isStorage(tensor),
  );
  if (blocked === undefined || blocked.type !== type) return rows;
  return { order: blocked.order, type, layout: blocked.layout };
}

function dims(value: BoundValue): readonly number[] {
  return value.shape.length === 0 ? [1] : value.shape;
}

/** Whether the tensor is a whole storage in the order of its members' layouts. */
function isStorage({ order }: Tensor): boolean {
  return order.startsWith("family");
}

function inOrder(
  planner: Planner,
  value: BoundValue,
  order: string,
  type: Type,
  layout: Layout | undefined,
): Tensor {
  const held = planner.tensor(value);
  if (held.order === order && held.type === type) return held;
  return order === ROW_MAJOR ? planner.rowMajor(value, type) : planner.inLayout(value, layout!);
}

/** Lowering of one unit, once it is known how its tensors lie. */
class UnitLowering {
  readonly #planner: Planner;
  readonly #program: readonly Instruction[];
  /** Results that are needed outside of the unit. */
  readonly #wanted: ReadonlySet<BoundValue>;
  readonly #tensors: Map<BoundValue, Tensor>;
  readonly #order: string;
  readonly #type: Type;
  readonly #layout: Layout | undefined;
  readonly #shape: readonly number[];
  readonly #elements: number;
  readonly #temporaries = new Map<BoundValue, Region>();
  readonly #free: Region[] = [];

  constructor(
    planner: Planner,
    program: readonly Instruction[],
    wanted: ReadonlySet<BoundValue>,
    tensors: Map<BoundValue, Tensor>,
    { order, type, layout }: Order,
  ) {
    this.#planner = planner;
    this.#program = program;
    this.#wanted = wanted;
    this.#tensors = tensors;
    this.#order = order;
    this.#type = type;
    this.#layout = layout;
    this.#shape = program[0]!.result.shape;
    this.#elements = sizeOf(this.#shape);
  }

  emit(): void {
    const block = this.#program.length === 1 ? this.#elements : Math.min(BLOCK, this.#elements);
    const primitives = this.#program.map((instruction, i) => this.#lower(instruction, i, block));
    const operands = [...this.#tensors.values()];
    const inputs = new Set(operands.map(({ region }) => region));
    // A result begins where its region does, and so must the operand whose place it takes.
    for (const { region, byteOffset } of operands) if (byteOffset > 0) inputs.delete(region);
    this.#planner.addStep(
      blockStep({
        engine: this.#planner.engine,
        label: this.#label(),
        elements: this.#elements,
        block,
        primitives,
        temporaries: [...new Set(this.#temporaries.values())],
        inPlace: this.#inPlace([...inputs]),
      }),
    );
  }

  #label(): string {
    const ops = this.#program.flatMap((instruction) =>
      instruction.kind === "gradient"
        ? [`${instruction.algorithm} gradient`]
        : instruction.links.map(({ algorithm }) => algorithm),
    );
    return `${ops.join(" ")} of [${this.#shape.join(", ")}]`;
  }

  #lower(instruction: Instruction, index: number, block: number): BlockPrimitive {
    const operands = operandsOf(instruction).map((value) => this.#operand(value));
    const lowered =
      instruction.kind === "gradient"
        ? this.#gradient(instruction, operands)
        : this.#chain(instruction, operands);
    // Places of values that nothing needs any more are taken by later ones: an element is read before it is written.
    for (const value of new Set(operandsOf(instruction))) this.#release(value, index);
    return { ...lowered, block, result: this.#place(instruction.result, index, block) };
  }

  #gradient(
    { algorithm, alpha, beta }: Gradient,
    [upstream, known]: readonly BlockOperand[],
  ): Omit<BlockPrimitive, "result" | "block"> {
    return {
      create: (engine, elements) => {
        const layout = engine.layout(this.#type, [elements]);
        return engine.primitive({
          kind: "eltwiseBackward",
          algorithm,
          alpha,
          beta,
          data: layout,
          diffSrc: layout,
          diffDst: layout,
        });
      },
      operands: [
        [ARG.diffDst, upstream!],
        [algorithm === "relu" ? ARG.dst : ARG.src, known!],
      ],
      scalars: [],
      resultArgument: ARG.diffSrc,
    };
  }

  #chain({ links }: Chain, fulls: readonly BlockOperand[]): Omit<BlockPrimitive, "result" | "block"> {
    const { engine } = this.#planner;
    const rest = [...links];
    const operands: (readonly [number, BlockOperand])[] = [[ARG.src, fulls[0]!]];
    const scalars: (readonly [number, Tensor])[] = [];
    let nextFull = 1;
    const operand = (
      argument: number,
      link: (typeof links)[number] & { kind: "binary" },
    ): "full" | "scalar" => {
      if (link.operand.kind === "full") {
        operands.push([argument, fulls[nextFull++]!]);
        return "full";
      }
      scalars.push([argument, this.#scalar(link.operand)]);
      return "scalar";
    };
    const [head] = links;
    if (links.length === 1 && head?.kind === "eltwise") {
      const { algorithm, alpha, beta } = head;
      return {
        create: (owner, elements): Primitive => {
          const layout = owner.layout(this.#type, [elements]);
          return owner.primitive({ kind: "eltwise", algorithm, alpha, beta, src: layout, dst: layout });
        },
        operands,
        scalars,
        resultArgument: ARG.dst,
      };
    }
    // Only binary primitives take chains, so one that begins otherwise is multiplied by a number first.
    let algorithm: "mul" | "add" | "sub" | "div" | "max" | "min" | "ge" | "gt" | "eq" = "mul";
    let second: "full" | "scalar" = "scalar";
    if (head?.kind === "binary") {
      rest.shift();
      algorithm = head.algorithm;
      second = operand(ARG.src1, head);
    } else {
      const scale =
        head?.kind === "eltwise" && head.algorithm === "linear" && head.beta === 0 ? head.alpha : 1;
      if (scale !== 1) rest.shift();
      scalars.push([ARG.src1, this.#planner.numberTensor(scale)]);
    }
    const chained = distinctFunctions(rest);
    const sources = chained.map((link, i) =>
      link.kind === "binary" ? operand(engine.postOpArgument(i), link) : undefined,
    );
    return {
      create: (owner, elements) => {
        const layout = owner.layout(this.#type, [elements]);
        const scalar = owner.layout("f32", [1]);
        const postOps = chained.map(
          (link, i): PostOp =>
            link.kind === "eltwise"
              ? link
              : {
                  kind: "binary",
                  algorithm: link.algorithm,
                  source: sources[i] === "full" ? layout : scalar,
                },
        );
        const src1 = second === "full" ? layout : scalar;
        return owner.primitive({ kind: "binary", algorithm, src0: layout, src1, dst: layout }, postOps);
      },
      operands,
      scalars,
      resultArgument: ARG.dst,
    };
  }

  #scalar(operand: { kind: "scalar"; value: BoundValue } | { kind: "number"; number: number }): Tensor {
    return operand.kind === "number"
      ? this.#planner.numberTensor(operand.number)
      : this.#planner.rowMajor(operand.value, "f32");
  }

  #operand(value: BoundValue): BlockOperand {
    const temporary = this.#temporaries.get(value);
    return temporary === undefined
      ? { kind: "tensor", tensor: this.#tensors.get(value)! }
      : { kind: "temporary", region: temporary, type: this.#type };
  }

  /** Where a result goes: a variable's place, memory of its own, or a block that the next ones use. */
  #place(value: BoundValue, index: number, block: number): BlockOperand {
    const planner = this.#planner;
    if (!this.#wanted.has(value)) {
      const region = this.#free.pop() ?? new Region(aligned(block * ELEMENT_BYTES[this.#type]));
      this.#temporaries.set(value, region);
      return { kind: "temporary", region, type: this.#type };
    }
    const direct = this.#type === "f32" ? this.#destination(value, index) : undefined;
    const tensor = direct ?? this.#allocate(value);
    this.#tensors.set(value, tensor);
    planner.hold(value, tensor);
    return { kind: "tensor", tensor };
  }

  /**
   * The place of the variable that the value updates, unless a later instruction reads the old value or another
   * operand overlaps it.
   */
  #destination(value: BoundValue, index: number): Tensor | undefined {
    const later = this.#program.slice(index + 1).flatMap(operandsOf);
    return this.#planner.destinationInOrder(
      value,
      this.#order,
      ({ region, byteOffset }) =>
        later.some((read) => this.#tensors.get(read)?.region === region) ||
        [...this.#tensors.values()].some((held) => held.region === region && held.byteOffset !== byteOffset),
    );
  }

  #allocate(value: BoundValue): Tensor {
    const planner = this.#planner;
    const layout = this.#layout ?? planner.engine.layout(this.#type, dims(value));
    return { ...planner.allocate(value.shape, layout), order: this.#order };
  }

  #release(value: BoundValue, index: number): void {
    const region = this.#temporaries.get(value);
    if (region === undefined) return;
    const later = this.#program.slice(index + 1).flatMap(operandsOf);
    if (!later.includes(value)) this.#free.push(region);
  }

  /** Results that may take the place of an operand: the operand's last reader computes them or comes before. */
  #inPlace(inputs: readonly Region[]): (readonly [Region, Region])[] {
    const lastRead = new Map<Region, number>();
    for (const [i, instruction] of this.#program.entries()) {
      for (const value of operandsOf(instruction)) {
        const region = this.#tensors.get(value)?.region;
        if (region !== undefined) lastRead.set(region, i);
      }
    }
    return this.#program.flatMap((instruction, i) => {
      const result = this.#tensors.get(instruction.result)?.region;
      if (result === undefined || result.fixed !== undefined) return [];
      return inputs.flatMap((input) =>
        input !== result && lastRead.get(input) !== undefined && lastRead.get(input)! <= i
          ? [[result, input] as const]
          : [],
      );
    });
  }
}
