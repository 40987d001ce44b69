// Ranges of floats in decimal arithmetic of 28 digits, as Python's `decimal` steps through them.

/** coefficient * 10^exponent. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

const PRECISION = 28;

/** The numbers start, start + step, ... before `stop`. @throws RangeError for more than `limit` of them. */
export function decimalRange(start: number, stop: number, step: number, limit: number): number[] {
  const end = exact(stop);
  const stride = exact(step);
  const ascending = step > 0;
  const numbers: number[] = [];
  for (
    let at = exact(start);
    ascending ? compare(at, end) < 0 : compare(at, end) > 0;
    at = rounded(add(at, stride))
  ) {
    if (numbers.length === limit) throw new RangeError(`more than ${limit} values`);
    numbers.push(Number(`${at.coefficient}e${at.exponent}`));
  }
  return numbers;
}

/** The exact decimal value of a finite float64. */
function exact(value: number): Decimal {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const power = Math.max(biased, 1) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  if (power >= 0) return { coefficient: signed << BigInt(power), exponent: 0 };
  return { coefficient: signed * 5n ** BigInt(-power), exponent: power };
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent);
  const scale = ({ coefficient, exponent: own }: Decimal): bigint =>
    coefficient * 10n ** BigInt(own - exponent);
  return [scale(a), scale(b), exponent];
}

function compare(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, exponent] = aligned(a, b);
  return { coefficient: x + y, exponent };
}

/** Half to even, to 28 significant digits. */
function rounded({ coefficient, exponent }: Decimal): Decimal {
  const negative = coefficient < 0n;
  const size = negative ? -coefficient : coefficient;
  const surplus = size.toString().length - PRECISION;
  if (surplus <= 0) return { coefficient, exponent };
  const divisor = 10n ** BigInt(surplus);
  const quotient = size / divisor;
  const twice = 2n * (size % divisor);
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n) ? 1n : 0n;
  return { coefficient: negative ? -(quotient + up) : quotient + up, exponent: exponent + surplus };
}
