// Which algorithm a convolution runs with: candidates are measured once, the choice is kept.
import type { Shape } from "../../../core/index.ts";
import {
  type BoundProgram,
  type BoundValue,
  type Conv2dParams,
  flopsOf,
  isOp,
} from "../../../graph/index.ts";
import type { ConvolutionAlgorithm } from "../../contract.ts";
import {
  ARG,
  Engine,
  type Layout,
  type LayoutQuery,
  type Library,
  type Operation,
  type OperationOf,
  type Primitive,
} from "../ffi/index.ts";
import { blueprintOf } from "../winograd/blueprint.ts";
import type { ConvolutionShape } from "../winograd/shape.ts";
import type { Team } from "../winograd/team.ts";
import type { Arena, Place } from "./arena.ts";

/** A convolution or one of its two gradients. */
export type ConvolutionOperation = OperationOf<
  "convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights"
>;

/** How a convolution is computed: by the library, directly or in Winograd's form, or in this toolkit's own. */
export type ConvolutionChoice = "direct" | "winograd" | "winograd_wasm";

/** Whether something read from a file is a choice. */
export function isChoice(value: unknown): value is ConvolutionChoice {
  return value === "direct" || value === "winograd" || value === "winograd_wasm";
}

/** A convolution in this toolkit's own form, and the threads that compute it. */
export interface OwnCandidate {
  readonly team: Team;
  readonly shape: ConvolutionShape;
}

/** What was decided: the operation for the library, unless the own form is to be taken. */
export interface Decision<O extends ConvolutionOperation> {
  readonly operation: O;
  readonly isOwn: boolean;
}

/** Choices that outlive a process; keys name machine, library, threads and the convolution. */
export interface ChoiceCache {
  get(key: string): ConvolutionChoice | undefined;
  set(key: string, choice: ConvolutionChoice): void;
}

/** Operands of each kind of convolution: argument index and how the layout is asked for. */
const OPERANDS: Readonly<Record<ConvolutionOperation["kind"], readonly (readonly [number, LayoutQuery])[]>> =
  {
    convolutionForward: [
      [ARG.src, "src"],
      [ARG.weights, "weights"],
      [ARG.dst, "dst"],
    ],
    convolutionBackwardData: [
      [ARG.diffSrc, "diffSrc"],
      [ARG.weights, "weights"],
      [ARG.diffDst, "diffDst"],
    ],
    convolutionBackwardWeights: [
      [ARG.src, "src"],
      [ARG.diffWeights, "diffWeights"],
      [ARG.diffDst, "diffDst"],
    ],
  };

const RUNS = 4;

/** Picks the algorithm of each convolution; the same convolution always gets the same one. */
export class ConvolutionChooser {
  readonly #library: Library;
  /** Lent for measurements, which happen before anything runs in it. */
  readonly #arena: Arena;
  readonly #policy: ConvolutionAlgorithm;
  readonly #machine: string;
  readonly #cache: ChoiceCache;

  /** @param machine what the measurements depend on beside the convolution: processor and threads. */
  constructor(
    library: Library,
    arena: Arena,
    policy: ConvolutionAlgorithm,
    machine: string,
    cache: ChoiceCache,
  ) {
    this.#library = library;
    this.#arena = arena;
    this.#policy = policy;
    this.#machine = machine;
    this.#cache = cache;
  }

  /** Whether any convolution of a program might be computed in this toolkit's own form. */
  mayTransform(program: BoundProgram): boolean {
    if (this.#policy !== "auto" && this.#policy !== "winograd_wasm") return false;
    const least = this.#policy === "auto" ? LEAST_FLOPS : 0;
    return program.nodes.some((node) => {
      if (!isOp(node, "conv2d") || flopsOf(node) < least) return false;
      const [x, weight] = node.inputs as readonly [BoundValue, BoundValue];
      return isOwnWinograd(node.params, weight.shape, node.outputs[0]!.shape, x.shape);
    });
  }

  /** @param own the same convolution in this toolkit's own form, where it has one */
  choose<O extends ConvolutionOperation>(operation: O, own?: OwnCandidate): Decision<O> {
    const direct = { operation, isOwn: false };
    if (this.#policy === "direct" || !isWinogradShape(operation)) return direct;
    const reached = own !== undefined && this.#isHeld(sizesOf(own)) ? own : undefined;
    if (this.#policy === "winograd_wasm") return { operation, isOwn: reached !== undefined };
    const winograd = { operation: { ...operation, algorithm: "winograd" as const }, isOwn: false };
    const engine = new Engine(this.#library);
    try {
      const primitive = engine.tryPrimitive(winograd.operation);
      const candidate = primitive && this.#isHeld(bytesOf(operandsOf(primitive))) ? primitive : undefined;
      if (this.#policy === "winograd") return candidate === undefined ? direct : winograd;
      const times: Record<ConvolutionChoice, (() => number) | undefined> = {
        direct: () => this.#measure(engine, engine.primitive(operation)),
        winograd: candidate && (() => this.#measure(engine, candidate)),
        winograd_wasm: reached && isWorthwhile(reached.shape) ? () => this.#measureOwn(reached) : undefined,
      };
      const choice = this.#fastest(operation, times);
      if (choice === "winograd_wasm") return { operation, isOwn: true };
      return choice === "winograd" ? winograd : direct;
    } finally {
      engine.dispose();
    }
  }

  /** The fastest of the candidates, measured once. */
  #fastest(
    operation: ConvolutionOperation,
    times: Readonly<Record<ConvolutionChoice, (() => number) | undefined>>,
  ): ConvolutionChoice {
    const candidates = (Object.keys(times) as ConvolutionChoice[]).filter(
      (name) => times[name] !== undefined,
    );
    if (candidates.length === 1) return candidates[0]!;
    const { version, features } = this.#library;
    const key = `${this.#machine}; oneDNN ${version} ${features}; ${candidates.join(", ")}; ${describe(operation)}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known;
    const measured = candidates.map((name) => times[name]!());
    const choice = candidates[measured.indexOf(Math.min(...measured))]!;
    this.#cache.set(key, choice);
    return choice;
  }

  /** Whether memory can hold an algorithm's tensors, its scratch among them. */
  #isHeld(sizes: readonly number[]): boolean {
    return sizes.every((bytes) => bytes <= this.#arena.slabBytes);
  }

  /** As `#measure`, of the own form. */
  #measureOwn(own: OwnCandidate): number {
    const { team, shape } = own;
    const blueprint = blueprintOf(shape, team.threads);
    const lent = this.#lend(sizesOf(own));
    const reached = this.#arena.at(0).memory;
    if (lent.some(({ memory }) => memory !== reached)) return Number.POSITIVE_INFINITY;
    const [inputAt, outputAt, weightsAt, scratchAt] = lent.map(({ offset }) => offset) as [
      number,
      number,
      number,
      number,
    ];
    return shortest(
      team.prepare(blueprint, { input: inputAt, output: outputAt, weights: weightsAt, scratch: scratchAt }),
    );
  }

  /** Memory for so many tensors, filled with a number that no kernel is slow on. */
  #lend(sizes: readonly number[]): readonly Place[] {
    const places = this.#arena.lend(sizes);
    for (const [i, { memory, offset }] of places.entries()) {
      new Float32Array(memory.buffer, memory.byteOffset + offset, Math.floor(sizes[i]! / 4)).fill(0.5);
    }
    return places;
  }

  /** Shortest time of a few runs, in ms. */
  #measure(engine: Engine, primitive: Primitive): number {
    const operands = operandsOf(primitive);
    const places = this.#lend(bytesOf(operands));
    const args = engine.pack(
      operands.map(([index, layout], i) => {
        const { memory, offset } = places[i]!;
        return [index, engine.memory(layout, memory.address + offset)] as const;
      }),
    );
    return shortest(() => engine.execute(primitive.handle, args, () => "measurement of a convolution"));
  }
}

type Operands = readonly (readonly [index: number, Layout])[];

/** What a convolution of the library's takes and gives, its scratch at the end. */
function operandsOf(primitive: Primitive): Operands {
  const { kind, bias } = primitive.operation as ConvolutionOperation;
  return [
    ...OPERANDS[kind].map(([index, query]) => [index, primitive.layout(query)!] as const),
    ...optional(ARG.bias, bias),
    ...optional(ARG.scratchpad, primitive.layout("scratchpad")),
  ];
}

const bytesOf = (operands: Operands): readonly number[] => operands.map(([, { bytes }]) => bytes);

/** Bytes of input, output, weights and scratch. */
function sizesOf({ team, shape }: OwnCandidate): readonly number[] {
  const { images, input, output, weights } = shape;
  const taps = 9 * input.channels * output.channels * Float32Array.BYTES_PER_ELEMENT;
  return [
    images * input.imageBytes,
    images * output.imageBytes,
    Math.max(taps, weights.blockBytes),
    blueprintOf(shape, team.threads).scratchBytes,
  ];
}

/** Shortest time of a few runs, in ms. */
function shortest(run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const begin = performance.now();
    run();
    least = Math.min(least, performance.now() - begin);
  }
  return least;
}

/** Below this waking the helpers takes as long as the work. */
const LEAST_FLOPS = 1e8;

function isWorthwhile({ images, input, output }: ConvolutionShape): boolean {
  return 18 * images * output.height * output.width * input.channels * output.channels >= LEAST_FLOPS;
}

/** Whether a convolution has this toolkit's own form: 3x3, stride 1, one group, channels in whole vectors. */
export function isOwnWinograd(
  { stride, dilation, groups, padding }: Conv2dParams,
  [outputs, inputs, height, width]: Shape,
  y: Shape,
  x: Shape,
): boolean {
  const isUnit = [...stride, ...dilation, groups].every((step) => step === 1);
  const isWhole = outputs! % 4 === 0 && inputs! % 4 === 0;
  const isPadded = padding.every((zeros) => zeros <= 2);
  const isReal = [...x, ...y].every((size) => size > 0) && x[2]! > 1 && x[3]! > 1;
  return isUnit && isWhole && isPadded && isReal && height === 3 && width === 3;
}

function optional(index: number, layout: Layout | undefined): Operands {
  return layout === undefined ? [] : [[index, layout]];
}

/** Winograd kernels are for float32, 3x3, stride 1, one group. */
function isWinogradShape({ weights, src, strides, dilation }: ConvolutionOperation): boolean {
  const [, , height, width] = weights.dims;
  const unit = strides.every((stride) => stride === 1) && dilation.every((hole) => hole === 0);
  return src.type === "f32" && weights.dims.length === 4 && height === 3 && width === 3 && unit;
}

function describe(operation: Operation & ConvolutionOperation): string {
  const { kind, src, weights, dst, paddingBegin } = operation;
  return `${kind} ${[src, weights, dst].map(({ dims }) => dims.join("x")).join(" ")} padding ${paddingBegin.join("x")}`;
}
