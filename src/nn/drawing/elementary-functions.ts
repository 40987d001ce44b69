// Logarithm and cosine of float64 in WebAssembly, to the bit those of fdlibm, which V8 has: two arguments at a time.
// Algorithms and constants: e_log.c, k_cos.c, k_sin.c and e_rem_pio2.c of Sun's fdlibm 5.3.
import { type Code, get, type Local, set, vector, when, wide } from "../../wasm/assembler.ts";

const { add, subtract, multiply, divide, double, long, addLongs, subtractLongs, shiftRight, greaterThan } =
  wide;
const { and, or, xor, choose } = vector;
const sum = (a: Local, b: Local): Code => add(get(a), get(b));
const product = (a: Local, b: Local): Code => multiply(get(a), get(b));

/** c0 + x (c1 + x (c2 + ...)). */
const polynomial = (x: Local, [first, ...rest]: readonly number[]): Code =>
  rest.length === 0 ? double(first!) : add(double(first!), multiply(get(x), polynomial(x, rest)));

/** The lower halves of two 64-bit integers as the two lower 32-bit ones. */
const lowHalves = (a: Code): Code =>
  vector.shuffle(a, vector.zero, [0, 1, 2, 3, 8, 9, 10, 11, 16, 16, 16, 16, 16, 16, 16, 16]);
const highWord = (a: Code): Code => shiftRight(a, 32);

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LG_EVEN = [0.3999999999940942, 0.22222198432149784, 0.15313837699209373];
const LG_ODD = [0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.14798198605106586];

/** Replaces `x`, normal numbers above 0, by their natural logarithms. @param room eight locals */
export function logarithm(x: Local, room: readonly Local[]): Code {
  const [word, step, k, f, s, z, w, r] = room as readonly [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const scaled = (part: number): Code => multiply(get(k), double(part));
  /** k ln 2 - ((a - k ln2_low) - f) */
  const combined = (a: Code): Code => subtract(scaled(LN2_HIGH), subtract(a, get(f)));
  const nearOne = multiply(
    product(f, f),
    subtract(double(0.5), multiply(double(0.3333333333333333), get(f))),
  );
  const half = multiply(multiply(double(0.5), get(f)), get(f));
  const inMiddle = or(subtractLongs(get(word), long(0x6147an)), subtractLongs(long(0x6b851n), get(word)));
  return [
    set(word, and(highWord(get(x)), long(0xfffffn))),
    set(step, and(addLongs(get(word), long(0x95f64n)), long(0x100000n))),
    set(
      k,
      wide.fromInts(
        lowHalves(addLongs(subtractLongs(shiftRight(get(x), 52), long(1023n)), shiftRight(get(step), 20))),
      ),
    ),
    set(
      f,
      subtract(
        or(and(get(x), long(0xfffffffffffffn)), wide.shiftLeft(xor(get(step), long(0x3ff00000n)), 32)),
        double(1),
      ),
    ),
    set(s, divide(get(f), add(double(2), get(f)))),
    set(z, product(s, s)),
    set(w, product(z, z)),
    set(r, add(multiply(get(z), polynomial(w, LG_ODD)), multiply(get(w), polynomial(w, LG_EVEN)))),
    set(z, half),
    set(
      x,
      choose(
        greaterThan(inMiddle, long(0n)),
        combined(subtract(get(z), add(multiply(get(s), sum(z, r)), scaled(LN2_LOW)))),
        combined(subtract(multiply(get(s), subtract(get(f), get(r))), scaled(LN2_LOW))),
      ),
    ),
    set(step, greaterThan(long(3n), and(addLongs(get(word), long(2n)), long(0xfffffn)))),
    when(
      vector.anyBit(get(step)),
      set(x, choose(get(step), combined(subtract(nearOne, scaled(LN2_LOW))), get(x))),
    ),
  ].flat();
}

const COSINE = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
];
const FIRST_OF_SINE = -0.16666666666666632;
const SINE = [
  0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6, -2.5050760253406863e-8,
  1.58969099521155e-10,
];
/** Pi / 2 in parts of 33 bits, and what is left behind each. */
const QUARTER = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21];
const REST = [6.077100506506192e-11, 2.0222662487959506e-21, 8.4784276603689e-32];
/** High words of pi / 2, pi, 3 pi / 2 and 2 pi. */
const MULTIPLES = [0x3ff921fbn, 0x400921fbn, 0x4012d97cn, 0x401921fbn];

/** Replaces `x`, within 0 and 2 pi, by their cosines. @param room eight locals */
export function cosine(x: Local, room: readonly Local[]): Code {
  const [n, r, w, high, low, mask, z, v] = room as readonly [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const word = highWord(get(x));
  const bits = (a: Code): Code => subtractLongs(shiftRight(get(x), 52), and(shiftRight(a, 52), long(0x7ffn)));
  /** Goes on with the next part of pi / 2 where more than `lost` bits cancelled out. */
  const refine = (part: 1 | 2, lost: bigint): Code[] => [
    set(mask, and(get(mask), greaterThan(bits(get(high)), long(lost)))),
    set(z, get(r)),
    set(v, multiply(get(n), double(QUARTER[part]!))),
    set(r, choose(get(mask), subtract(get(z), get(v)), get(r))),
    set(v, subtract(multiply(get(n), double(REST[part]!)), subtract(subtract(get(z), get(r)), get(v)))),
    set(w, choose(get(mask), get(v), get(w))),
    set(high, subtract(get(r), get(w))),
  ];
  const nearFirst = wide.equal(word, long(MULTIPLES[0]!));
  const reduced = [
    set(
      n,
      choose(
        greaterThan(word, long(0x3fe921fbn)),
        wide.fromInts(wide.toInts(add(multiply(get(x), double(0.6366197723675814)), double(0.5)))),
        vector.zero,
      ),
    ),
    set(r, subtract(get(x), multiply(get(n), double(QUARTER[0]!)))),
    set(w, multiply(get(n), double(REST[0]!))),
    set(high, subtract(get(r), get(w))),
    set(mask, MULTIPLES.map((multiple) => wide.equal(word, long(multiple))).reduce(or)),
    when(
      vector.anyBit(get(mask)),
      // At pi / 2 itself two parts are taken always, in another order.
      set(r, choose(nearFirst, subtract(get(r), double(QUARTER[1]!)), get(r))),
      set(w, choose(nearFirst, double(REST[1]!), get(w))),
      set(high, subtract(get(r), get(w))),
      set(mask, choose(nearFirst, vector.zero, get(mask))),
      ...refine(1, 16n),
      ...refine(2, 49n),
    ),
    set(low, subtract(subtract(get(r), get(high)), get(w))),
  ];
  // On the whole of a quadrant, both; then the one that it takes.
  const magnitude = and(get(high), long(0x7fffffffffffffffn));
  const tail = subtract(multiply(get(z), get(w)), product(high, low));
  const cosineOf = [
    set(z, product(high, high)),
    set(w, multiply(get(z), polynomial(z, COSINE))),
    set(
      v,
      choose(
        greaterThan(highWord(magnitude), long(0x3fe90000n)),
        double(0.28125),
        subtractLongs(and(magnitude, long(-0x100000000n)), long(0x0020000000000000n)),
      ),
    ),
    set(mask, multiply(double(0.5), get(z))),
    set(
      r,
      choose(
        greaterThan(long(0x3fd33333n), highWord(magnitude)),
        subtract(double(1), subtract(get(mask), tail)),
        subtract(subtract(double(1), get(v)), subtract(subtract(get(mask), get(v)), tail)),
      ),
    ),
  ];
  const sineOf = [
    set(v, product(z, high)),
    set(w, polynomial(z, SINE)),
    set(
      w,
      subtract(
        get(high),
        subtract(
          subtract(multiply(get(z), subtract(multiply(double(0.5), get(low)), product(v, w))), get(low)),
          multiply(get(v), double(FIRST_OF_SINE)),
        ),
      ),
    ),
  ];
  const isQuadrant = (...of: number[]): Code =>
    of.map((value) => wide.equal(get(n), double(value))).reduce(or);
  return [
    ...reduced,
    ...cosineOf,
    ...sineOf,
    set(r, choose(isQuadrant(1, 3), get(w), get(r))),
    set(x, choose(isQuadrant(1, 2), wide.negate(get(r)), get(r))),
  ].flat();
}
