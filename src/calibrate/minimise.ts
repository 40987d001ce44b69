// The minimum of a smooth convex function: L-BFGS with a backtracking line search.

/** Puts the gradient at a point into its second argument; returns the function's value there. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

const [MEMORY, MOST_STEPS, MOST_HALVINGS] = [8, 200, 40];
/** The share of the decrease promised by the slope that a step must bring (Armijo's condition). */
const SUFFICIENT = 1e-4;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** Where `objective` is least, from `start` on (Nocedal and Wright, "Numerical Optimization", algorithm 7.5). */
export function minimise(start: Float64Array, objective: Objective): Float64Array {
  let at = start;
  let gradient = new Float64Array(at.length);
  let value = objective(at, gradient);
  const pairs: Pair[] = [];
  for (let iteration = 0; iteration < MOST_STEPS; iteration++) {
    const direction = descent(gradient, pairs);
    const slope = dot(direction, gradient);
    if (slope > -1e-12 * Math.max(1, Math.abs(value))) break;
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = moved(at, direction, length);
    let nextGradient = new Float64Array(at.length);
    let nextValue = objective(next, nextGradient);
    for (let i = 0; i < MOST_HALVINGS && !(nextValue <= value + SUFFICIENT * length * slope); i++) {
      length /= 2;
      next = moved(at, direction, length);
      nextGradient = new Float64Array(at.length);
      nextValue = objective(next, nextGradient);
    }
    if (!(nextValue < value)) break;
    const step = next.map((each, i) => each - at[i]!);
    const change = nextGradient.map((each, i) => each - gradient[i]!);
    const curvature = dot(step, change);
    if (curvature > 0) pairs.push({ step, change, curvature });
    if (pairs.length > MEMORY) pairs.shift();
    [at, gradient, value] = [next, nextGradient, nextValue];
  }
  return at;
}

/** The gradient, turned round and stretched by what the last steps say of the curvature (algorithm 7.4). */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  let direction: Float64Array = gradient.map((each) => -each);
  const factors: number[] = [];
  for (const { step, change, curvature } of pairs.toReversed()) {
    const factor = dot(step, direction) / curvature;
    factors.push(factor);
    direction = moved(direction, change, -factor);
  }
  const last = pairs.at(-1);
  if (last !== undefined) {
    const stretch = last.curvature / dot(last.change, last.change);
    direction = direction.map((each) => each * stretch);
  }
  for (const { step, change, curvature } of pairs) {
    direction = moved(direction, step, factors.pop()! - dot(change, direction) / curvature);
  }
  return direction;
}

function moved(at: Float64Array, direction: Float64Array, length: number): Float64Array {
  return at.map((each, i) => each + length * direction[i]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, i) => sum + each * b[i]!, 0);
}
