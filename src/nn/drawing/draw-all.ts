// Draws many tensors at once, at the speed of vectors and threads: the values of `draw`, in pieces.
import { RandomStream } from "../../core/index.ts";
import { type Filling, fill, fillsInThreads } from "../../platform/index.ts";
import { type Distribution, draw, FARTHEST } from "./distribution.ts";
import { drawingModule, encodeSettings, VALUES_OF_BLOCK } from "./kernels.ts";

/** A tensor's values to be: so many, from a distribution, out of the random stream of a purpose. */
export interface Draw {
  readonly distribution: Distribution;
  readonly length: number;
  /** What the numbers are for; with the seed it is the key of their stream. */
  readonly purpose: string;
}

/** Values of a piece: a megabyte, which stays in a processor's cache. */
const PIECE = 2 ** 18;

/**
 * The values of each draw, what `draw` gives with a `RandomStream` of `seed` and its purpose.
 * @param threads default: as many as there is work and processors for; the values do not depend on it
 */
export async function drawAll(
  draws: readonly Draw[],
  seed: number,
  threads?: number,
): Promise<Float32Array[]> {
  const total = draws.reduce((sum, { length }) => sum + length, 0);
  const shared = threads !== undefined || fillsInThreads(total);
  const all = draws.map(({ length }) =>
    shared ? new Float32Array(new SharedArrayBuffer(length * 4)) : new Float32Array(length),
  );
  const fillings = draws.flatMap(({ distribution, purpose }, i) => {
    const random = new RandomStream(seed, purpose);
    if (hasPlace(distribution)) return [...pieces(distribution, random.key, all[i]!)];
    draw(distribution, random, all[i]!);
    return [];
  });
  await fill(drawingModule(), fillings, threads);
  return all;
}

type Placed = Exclude<Distribution, { kind: "constant" }>;

/** Whether every value has its place in the stream: not where a deviate may have to be drawn again. */
function hasPlace(distribution: Distribution): distribution is Placed {
  if (distribution.kind !== "normal") return distribution.kind === "uniform";
  const { deviation, bound = Number.POSITIVE_INFINITY } = distribution;
  return deviation * FARTHEST <= bound;
}

function* pieces(
  distribution: Placed,
  key: readonly [number, number],
  values: Float32Array,
): Generator<Filling> {
  const name = distribution.kind === "uniform" ? "uniforms" : "normals";
  const factors =
    distribution.kind === "uniform"
      ? ([-distribution.bound, 2 * distribution.bound] as const)
      : ([distribution.deviation, 0] as const);
  for (let from = 0; from < values.length; from += PIECE) {
    const settings = encodeSettings(key, from / VALUES_OF_BLOCK[name], factors);
    yield { name, settings, values: values.subarray(from, from + PIECE) };
  }
}
