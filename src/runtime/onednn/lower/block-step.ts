// A step that runs a few primitives over one block of elements after another.
import { ARG, type Engine, type Layout, type Primitive } from "../ffi/index.ts";
import { ELEMENT_BYTES, type ElementType } from "../plan/element-type.ts";
import type { Memory, Step } from "../plan/step.ts";
import { Region, type Tensor } from "../plan/tensor.ts";

/** A tensor that is walked block by block, or memory of one block's size. */
export type BlockOperand =
  | { readonly kind: "tensor"; readonly tensor: Tensor }
  | { readonly kind: "temporary"; readonly region: Region; readonly type: "f32" | "bf16" };

/** A primitive that computes `result`, block after block. */
export interface BlockPrimitive {
  /** The primitive for blocks of so many elements. */
  readonly create: (engine: Engine, elements: number) => Primitive;
  readonly operands: readonly (readonly [argument: number, operand: BlockOperand])[];
  /** Operands that are the same for all blocks. */
  readonly scalars: readonly (readonly [argument: number, tensor: Tensor])[];
  readonly result: BlockOperand;
  readonly resultArgument: number;
  readonly block: number;
}

/** What is computed, over how many elements, in blocks of how many. */
export interface BlockStepOptions {
  readonly engine: Engine;
  readonly label: string;
  readonly elements: number;
  readonly block: number;
  readonly primitives: readonly BlockPrimitive[];
  readonly temporaries: readonly Region[];
  readonly inPlace: readonly (readonly [Region, Region])[];
}

/** Blocks of one size: a primitive of that size for each instruction, and where its blocks begin. */
interface Sweep {
  readonly elements: number;
  readonly begins: readonly number[];
  readonly primitives: readonly Primitive[];
}

/** The primitives are made twice where the last block is shorter. The result lacks only the module path. */
export function blockStep(options: BlockStepOptions): Omit<Step, "scope"> {
  const { engine, label, elements, block, primitives, temporaries, inPlace } = options;
  const whole = Math.floor(elements / block);
  const rest = elements % block;
  const sweep = (size: number, begins: readonly number[]): Sweep => ({
    elements: size,
    begins,
    primitives: primitives.map(({ create }) => create(engine, size)),
  });
  const sweeps = [
    sweep(
      block,
      Array.from({ length: whole }, (_, i) => i * block),
    ),
  ];
  if (rest > 0) sweeps.push(sweep(rest, [whole * block]));

  const scratchpads = sweeps.flatMap(({ primitives: made }) =>
    made.map((one) => one.layout("scratchpad")?.bytes ?? 0),
  );
  const scratch = new Region(Math.max(0, ...scratchpads));
  const regionOf = (operand: BlockOperand): Region =>
    operand.kind === "tensor" ? operand.tensor.region : operand.region;
  const results = primitives.map(({ result }) => regionOf(result));
  const reads = primitives.flatMap(({ operands, scalars }) => [
    ...operands.map(([, operand]) => regionOf(operand)),
    ...scalars.map(([, { region }]) => region),
  ]);
  return {
    work: "elementwise",
    label,
    implementation: [...new Set(sweeps[0]!.primitives.map(({ implementation }) => implementation))].join("+"),
    reads: reads.filter((region) => !results.includes(region)),
    writes: [...new Set([...results, ...temporaries, ...(scratch.bytes > 0 ? [scratch] : [])])],
    inPlace,
    bind: (memory) => bindSweeps(engine, memory, sweeps, primitives, scratch, label),
  };
}

function bindSweeps(
  engine: Engine,
  memory: Memory,
  sweeps: readonly Sweep[],
  instructions: readonly BlockPrimitive[],
  scratch: Region,
  label: string,
): () => void {
  const calls: { readonly primitive: number; readonly args: Uint8Array }[] = [];
  for (const sweep of sweeps) {
    const memories = new BlockMemories(engine, memory, sweep.elements);
    const scalars = instructions.map((instruction, i) => [
      ...instruction.scalars.map(
        ([argument, tensor]) => [argument, memories.whole(tensor.layout!, memory.addressOf(tensor))] as const,
      ),
      ...scratchpadOf(sweep.primitives[i]!, memories, scratch, memory),
    ]);
    for (const begin of sweep.begins) {
      for (const [i, { operands, result, resultArgument }] of instructions.entries()) {
        const args = engine.pack([
          ...operands.map(([argument, operand]) => [argument, memories.at(operand, begin)] as const),
          ...scalars[i]!,
          [resultArgument, memories.at(result, begin)],
        ]);
        calls.push({ primitive: sweep.primitives[i]!.handle, args });
      }
    }
  }
  const what = (): string => label;
  return () => {
    for (const { primitive, args } of calls) engine.execute(primitive, args, what);
  };
}

function scratchpadOf(
  primitive: Primitive,
  memories: BlockMemories,
  scratch: Region,
  memory: Memory,
): (readonly [number, number])[] {
  const layout = primitive.layout("scratchpad");
  if (layout === undefined) return [];
  return [[ARG.scratchpad, memories.whole(layout, memory.addressOf({ region: scratch, byteOffset: 0 }))]];
}

/** Native memories of blocks, each made once. */
class BlockMemories {
  readonly #engine: Engine;
  readonly #memory: Memory;
  readonly #elements: number;
  readonly #known = new Map<string, number>();

  constructor(engine: Engine, memory: Memory, elements: number) {
    this.#engine = engine;
    this.#memory = memory;
    this.#elements = elements;
  }

  /** The block of an operand that begins at element `begin`. */
  at(operand: BlockOperand, begin: number): number {
    if (operand.kind === "temporary") {
      return this.#block(operand.type, this.#memory.addressOf({ region: operand.region, byteOffset: 0 }));
    }
    const { tensor } = operand;
    return this.#block(tensor.type, this.#memory.addressOf(tensor) + begin * ELEMENT_BYTES[tensor.type]);
  }

  whole(layout: Layout, address: number): number {
    return this.#once(`${layout.key}@${address}`, () => this.#engine.memory(layout, address));
  }

  #block(type: ElementType, address: number): number {
    return this.#once(`${type}@${address}`, () =>
      this.#engine.memory(this.#engine.layout(type as "f32", [this.#elements]), address),
    );
  }

  #once(key: string, create: () => number): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const created = create();
    this.#known.set(key, created);
    return created;
  }
}
