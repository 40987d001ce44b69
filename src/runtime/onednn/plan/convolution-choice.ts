// Which algorithm a convolution runs with: candidates are measured once, the choice is kept.
import type { ConvolutionAlgorithm } from "../../contract.ts";
import {
  ARG,
  aligned,
  type DnnlConvolutionAlgorithm,
  Engine,
  type Layout,
  type LayoutQuery,
  type Library,
  type Operation,
  type OperationOf,
  type Primitive,
} from "../ffi/index.ts";
import type { Arena } from "./arena.ts";

/** A convolution or one of its two gradients. */
export type ConvolutionOperation = OperationOf<
  "convolutionForward" | "convolutionBackwardData" | "convolutionBackwardWeights"
>;

/** Choices that outlive a process; keys name machine, library, threads and the convolution. */
export interface ChoiceCache {
  get(key: string): DnnlConvolutionAlgorithm | undefined;
  set(key: string, choice: DnnlConvolutionAlgorithm): void;
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

  /** The operation with its algorithm decided. */
  choose<O extends ConvolutionOperation>(operation: O): O {
    if (this.#policy === "direct" || !isWinogradShape(operation)) return operation;
    const winograd = { ...operation, algorithm: "winograd" as const };
    const engine = new Engine(this.#library);
    try {
      const candidate = engine.tryPrimitive(winograd);
      if (candidate === undefined) return operation;
      if (this.#policy === "winograd") return winograd;
      const key = `${this.#machine}; oneDNN ${this.#library.version}; ${describe(operation)}`;
      let choice = this.#cache.get(key);
      if (choice === undefined) {
        const times = [engine.primitive(operation), candidate].map((primitive) =>
          this.#measure(engine, primitive),
        );
        choice = times[1]! < times[0]! ? "winograd" : "direct";
        this.#cache.set(key, choice);
      }
      return choice === "winograd" ? winograd : operation;
    } finally {
      engine.dispose();
    }
  }

  /** Shortest time of a few runs, in ms. */
  #measure(engine: Engine, primitive: Primitive): number {
    const operands = [
      ...OPERANDS[primitive.operation.kind as ConvolutionOperation["kind"]].map(
        ([index, query]) => [index, primitive.layout(query)!] as const,
      ),
      ...optional(ARG.bias, (primitive.operation as ConvolutionOperation).bias),
      ...optional(ARG.scratchpad, primitive.layout("scratchpad")),
    ];
    const total = operands.reduce((bytes, [, layout]) => bytes + aligned(layout.bytes), 0);
    const { memory, offset } = this.#arena.lend(total);
    new Float32Array(memory.buffer, memory.byteOffset + offset, Math.floor(total / 4)).fill(0.5);
    let address = memory.address + offset;
    const args = engine.pack(
      operands.map(([index, layout]) => {
        const handle = engine.memory(layout, address);
        address += aligned(layout.bytes);
        return [index, handle] as const;
      }),
    );
    let shortest = Number.POSITIVE_INFINITY;
    for (let run = 0; run < RUNS; run++) {
      const begin = performance.now();
      engine.execute(primitive.handle, args, () => "measurement of a convolution");
      shortest = Math.min(shortest, performance.now() - begin);
    }
    return shortest;
  }
}

function optional(index: number, layout: Layout | undefined): readonly (readonly [number, Layout])[] {
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
