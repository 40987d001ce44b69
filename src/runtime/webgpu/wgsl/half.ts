// Rounding to float16 in WGSL, to the nearest even; what is too large becomes an infinity, which WGSL does not promise.

/** Where the device has float16. */
export const HALVES = /* wgsl */ `
fn to_half(x: f32) -> f16 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let beyond = ((bits >> 16u) & 0x8000u) | select(0x7c00u, 0x7e00u, size > 0x7f800000u);
  return select(f16(x), bitcast<vec2<f16>>(beyond).x, size >= 0x477ff000u);
}
fn to_half4(v: vec4f) -> vec4<f16> {
  return vec4<f16>(to_half(v.x), to_half(v.y), to_half(v.z), to_half(v.w));
}`;

/** Where it has not: the result is a float32 that a float16 can hold. Numbers below 2^-14 are multiples of 2^-24. */
export const HALVES_IN_32 = /* wgsl */ `
fn to_half(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let beyond = (bits & 0x80000000u) | select(0x7f800000u, 0x7fc00000u, size > 0x7f800000u);
  let rounded = (bits + 0xfffu + ((bits >> 13u) & 1u)) & 0xffffe000u;
  let small = round(x * 16777216.0) * 5.9604644775390625e-8;
  return select(select(bitcast<f32>(rounded), small, size < 0x38800000u), bitcast<f32>(beyond), size >= 0x477ff000u);
}
fn to_half4(v: vec4f) -> vec4f { return vec4f(to_half(v.x), to_half(v.y), to_half(v.z), to_half(v.w)); }`;
