// Lays one picture over another to a fraction of a pixel: scale and shift along each axis, gain and offset of brightness.
import type { Frame } from "./frame.ts";

/** Where a point of the second picture lies in the first, in shares of their sides: `scale * position + shift`. */
export interface AxisMap {
  readonly scaleX: number;
  readonly shiftX: number;
  readonly scaleY: number;
  readonly shiftY: number;
}

/** The map that lays a frame of the second picture over one of the first. */
export function mapOfFrames(first: Frame, second: Frame): AxisMap {
  const scaleX = (first.right - first.left) / (second.right - second.left);
  const scaleY = (first.bottom - first.top) / (second.bottom - second.top);
  return {
    scaleX,
    shiftX: first.left - scaleX * second.left,
    scaleY,
    shiftY: first.top - scaleY * second.top,
  };
}

const PARAMETERS = 6;
/** Of grey levels: residuals well above this count as something that only one picture shows. */
const LEAST_SPREAD = 4;

/**
 * Refines `start` by Gauss-Newton on `first(map(x)) = gain * second(x) + offset`, reweighted so that a watermark or an
 * object that only one of them shows has little say.
 *
 * @param first grey, side x side, as is `second`
 */
export function align(
  first: Float32Array,
  second: Float32Array,
  side: number,
  start: AxisMap,
  iterations: number,
): AxisMap {
  // In pixels from the middles of the pixels: x' = scale * x + shift.
  let [sx, sy] = [start.scaleX, start.scaleY];
  let tx = start.shiftX * side + (sx - 1) * 0.5;
  let ty = start.shiftY * side + (sy - 1) * 0.5;
  let [gain, offset, spread] = [1, 0, 64];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const normal = new Float64Array(PARAMETERS * PARAMETERS);
    const right = new Float64Array(PARAMETERS);
    let [deviation, count] = [0, 0];
    const row = new Float64Array(PARAMETERS);
    for (let y = 0; y < side; y++) {
      const py = sy * y + ty;
      const y0 = Math.floor(py);
      if (y0 < 0 || y0 >= side - 1) continue;
      const fy = py - y0;
      for (let x = 0; x < side; x++) {
        const px = sx * x + tx;
        const x0 = Math.floor(px);
        if (x0 < 0 || x0 >= side - 1) continue;
        const fx = px - x0;
        const at = y0 * side + x0;
        const [a, b, c, d] = [first[at]!, first[at + 1]!, first[at + side]!, first[at + side + 1]!];
        const upper = a + (b - a) * fx;
        const lower = c + (d - c) * fx;
        const dx = (b - a) * (1 - fy) + (d - c) * fy;
        const dy = lower - upper;
        const other = second[y * side + x]!;
        const residual = upper + dy * fy - gain * other - offset;
        const relative = residual / spread;
        const weight = 1 / (1 + relative * relative);
        deviation += Math.abs(residual);
        count++;
        row[0] = dx * x;
        row[1] = dx;
        row[2] = dy * y;
        row[3] = dy;
        row[4] = -other;
        row[5] = -1;
        for (let i = 0; i < PARAMETERS; i++) {
          const weighted = weight * row[i]!;
          right[i]! -= weighted * residual;
          for (let j = i; j < PARAMETERS; j++) normal[i * PARAMETERS + j]! += weighted * row[j]!;
        }
      }
    }
    if (count < side) break;
    spread = Math.max(LEAST_SPREAD, (2 * deviation) / count);
    const step = solve(normal, right);
    if (step === undefined) break;
    sx += step[0]!;
    tx += step[1]!;
    sy += step[2]!;
    ty += step[3]!;
    gain += step[4]!;
    offset += step[5]!;
    if (
      Math.abs(step[0]! * side) + Math.abs(step[1]!) + Math.abs(step[2]! * side) + Math.abs(step[3]!) <
      0.02
    )
      break;
  }
  return {
    scaleX: sx,
    shiftX: (tx - (sx - 1) * 0.5) / side,
    scaleY: sy,
    shiftY: (ty - (sy - 1) * 0.5) / side,
  };
}

/** Solves the symmetric system whose upper half is given, by Cholesky; undefined where it is singular. */
function solve(upper: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = PARAMETERS;
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      // A little damping, against axes along which nothing changes.
      let sum = upper[j * n + i]! * (i === j ? 1 + 1e-6 : 1) + (i === j ? 1e-6 : 0);
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const solution = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) solution[i]! -= factor[i * n + k]! * solution[k]!;
    solution[i]! /= factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) solution[i]! -= factor[k * n + i]! * solution[k]!;
    solution[i]! /= factor[i * n + i]!;
  }
  return solution;
}
