// Gauss-Legendre quadrature: the places and weights that integrate polynomials of the highest degree exactly.

/** A place in (0, 1), and how much the integrand there counts; all weights add up to 1. */
export interface QuadratureNode {
  readonly place: number;
  readonly weight: number;
}

/** Of `count` places, in ascending order: exact for polynomials up to degree 2 `count` - 1. */
export function gaussLegendre(count: number): QuadratureNode[] {
  return Array.from({ length: count }, (_, i) => {
    // Newton's method from Tricomi's guess of the root.
    let x = -Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      const { value, previous } = legendre(count, x);
      slope = (count * (x * value - previous)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    return { place: (x + 1) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}

/** Legendre's polynomial of a degree at `x`, and the one before. */
function legendre(degree: number, x: number): { readonly value: number; readonly previous: number } {
  let [previous, value] = [1, x];
  for (let n = 2; n <= degree; n++)
    [previous, value] = [value, ((2 * n - 1) * x * value - (n - 1) * previous) / n];
  return { value, previous };
}
