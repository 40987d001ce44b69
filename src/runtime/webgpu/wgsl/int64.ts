// 64-bit integers in WGSL, which has none: two words, the lower one first.

/** Put into the text of kernels that use any of them. */
export const INT64_FUNCTIONS = /* wgsl */ `
fn i64_add(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < a.x));
}
fn i64_neg(a: vec2u) -> vec2u { return i64_add(vec2u(~a.x, ~a.y), vec2u(1u, 0u)); }
fn i64_sub(a: vec2u, b: vec2u) -> vec2u { return i64_add(a, i64_neg(b)); }
fn u32_product(a: u32, b: u32) -> vec2u {
  let a0 = a & 0xffffu; let a1 = a >> 16u;
  let b0 = b & 0xffffu; let b1 = b >> 16u;
  let p00 = a0 * b0; let p01 = a0 * b1; let p10 = a1 * b0; let p11 = a1 * b1;
  let middle = (p00 >> 16u) + (p01 & 0xffffu) + (p10 & 0xffffu);
  return vec2u((p00 & 0xffffu) | (middle << 16u), p11 + (p01 >> 16u) + (p10 >> 16u) + (middle >> 16u));
}
fn i64_mul(a: vec2u, b: vec2u) -> vec2u {
  let low = u32_product(a.x, b.x);
  return vec2u(low.x, low.y + a.x * b.y + a.y * b.x);
}
fn i64_less(a: vec2u, b: vec2u) -> bool {
  let high_a = bitcast<i32>(a.y); let high_b = bitcast<i32>(b.y);
  return high_a < high_b || (high_a == high_b && a.x < b.x);
}
fn i64_from_i32(a: i32) -> vec2u { return vec2u(bitcast<u32>(a), select(0u, 0xffffffffu, a < 0)); }
fn i64_from_f32(a: f32) -> vec2u {
  let size = floor(abs(a));
  let high = floor(size * 2.3283064365386963e-10);
  let value = vec2u(u32(size - high * 4294967296.0), u32(high));
  if (a < 0.0) { return i64_neg(value); }
  return value;
}
fn f32_from_i64(a: vec2u) -> f32 {
  let negative = bitcast<i32>(a.y) < 0;
  var size = a;
  if (negative) { size = i64_neg(a); }
  let value = f32(size.y) * 4294967296.0 + f32(size.x);
  return select(value, -value, negative);
}
`;
