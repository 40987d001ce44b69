// Logarithm and cosine as e_log.c, s_cos.c, k_cos.c, k_sin.c and e_rem_pio2.c of Sun's fdlibm 5.3 have them, step by step.

const bits = new DataView(new ArrayBuffer(8));
const highWord = (x: number): number => {
  bits.setFloat64(0, x);
  return bits.getInt32(0);
};
const withHighWord = (x: number, word: number): number => {
  bits.setFloat64(0, x);
  bits.setInt32(0, word);
  return bits.getFloat64(0);
};

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const [L1, L2, L3, L4, L5, L6, L7] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605106586,
] as const;

/** The natural logarithm of a normal number above 0. */
export function log(x: number): number {
  const word = highWord(x) & 0xfffff;
  const step = (word + 0x95f64) & 0x100000;
  const k = (highWord(x) >> 20) - 1023 + (step >> 20);
  const f = withHighWord(x, word | (step ^ 0x3ff00000)) - 1;
  if ((0xfffff & (2 + word)) < 3) {
    if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
    const r = f * f * (0.5 - 0.3333333333333333 * f);
    return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const r = z * (L1 + w * (L3 + w * (L5 + w * L7))) + w * (L2 + w * (L4 + w * L6));
  if (((word - 0x6147a) | (0x6b851 - word)) > 0) {
    const half = 0.5 * f * f;
    return k === 0 ? f - (half - s * (half + r)) : k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  return k === 0 ? f - s * (f - r) : k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

const [C1, C2, C3, C4, C5, C6] = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
] as const;
const [S1, S2, S3, S4, S5, S6] = [
  -0.16666666666666632, 0.00833333333332249, -0.0001984126982985795, 2.7557313707070068e-6,
  -2.5050760253406863e-8, 1.58969099521155e-10,
] as const;

function kernelCosine(x: number, y: number): number {
  const word = highWord(x) & 0x7fffffff;
  if (word < 0x3e400000) return 1;
  const z = x * x;
  const r = z * (C1 + z * (C2 + z * (C3 + z * (C4 + z * (C5 + z * C6)))));
  if (word < 0x3fd33333) return 1 - (0.5 * z - (z * r - x * y));
  const part = word > 0x3fe90000 ? 0.28125 : withHighWord(0, word - 0x200000);
  return 1 - part - (0.5 * z - part - (z * r - x * y));
}

function kernelSine(x: number, y: number): number {
  if ((highWord(x) & 0x7fffffff) < 0x3e400000) return x;
  const z = x * x;
  const v = z * x;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return x - (z * (0.5 * y - v * r) - y - v * S1);
}

const TWO_BY_PI = 0.6366197723675814;
const QUARTER = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21] as const;
const REST = [6.077100506506192e-11, 2.0222662487959506e-21, 8.4784276603689e-32] as const;
const MULTIPLES = [0x3ff921fb, 0x400921fb, 0x4012d97c, 0x401921fb];

/** x - n pi / 2 as a sum of two, and n. */
function reduce(x: number): [n: number, high: number, low: number] {
  const word = highWord(x);
  if (word < 0x4002d97c) {
    const z = x - QUARTER[0];
    if (word !== 0x3ff921fb) return [1, z - REST[0], z - (z - REST[0]) - REST[0]];
    const y = z - QUARTER[1];
    return [1, y - REST[1], y - (y - REST[1]) - REST[1]];
  }
  const n = Math.trunc(x * TWO_BY_PI + 0.5);
  let r = x - n * QUARTER[0];
  let w = n * REST[0];
  if (word === MULTIPLES[n - 1]) {
    const lost = (): number => (word >> 20) - ((highWord(r - w) >> 20) & 0x7ff);
    for (const [part, most] of [
      [1, 16],
      [2, 49],
    ] as const) {
      if (lost() <= most) break;
      const before = r;
      const product = n * QUARTER[part];
      r = before - product;
      w = n * REST[part] - (before - r - product);
    }
  }
  return [n, r - w, r - (r - w) - w];
}

/** The cosine of a number within 0 and 2 pi. */
export function cos(x: number): number {
  if (highWord(x) <= 0x3fe921fb) return kernelCosine(x, 0);
  const [n, high, low] = reduce(x);
  switch (n & 3) {
    case 0:
      return kernelCosine(high, low);
    case 1:
      return -kernelSine(high, low);
    case 2:
      return -kernelCosine(high, low);
    default:
      return kernelSine(high, low);
  }
}
