// Elementary functions in WGSL to float32's rounding, with their limits: the built-in ones may be coarse and
// promise nothing for infinities and NaN.
// Reductions and coefficients: Moshier, Cephes Mathematical Library (expf, logf). Those of the error function are
// Chebyshev fits to erf(x) / x in x^2 up to 1 and, from there on, to exp(t^2) erfc(t) in 3 / (3 + t).

/** Put into the text of kernels that use any of them. */
export const FLOAT_FUNCTIONS = /* wgsl */ `
var<private> ZERO_BITS: u32 = 0u;
fn f32_of_bits(bits: u32) -> f32 { return bitcast<f32>(bits ^ ZERO_BITS); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn f_exp(x: f32) -> f32 {
  let limited = clamp(x, -104.0, 89.0);
  let k = floor(limited * 1.44269504088896341 + 0.5);
  let r = fma(k, 2.12194440e-4, fma(k, -0.693359375, limited));
  var p = 1.9875691500e-4;
  p = fma(p, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  p = fma(p * r, r, r) + 1.0;
  let half = i32(k) / 2;
  let low = bitcast<f32>(u32(half + 127) << 23u);
  let high = bitcast<f32>(u32(i32(k) - half + 127) << 23u);
  let y = select(p * low * high, f32_of_bits(0x7f800000u), x > 88.8);
  return select(y, x, is_nan(x));
}
fn f_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  var e = i32((bits >> 23u) & 0xffu) - 126;
  var m = bitcast<f32>((bits & 0x7fffffu) | 0x3f000000u);
  if (m < 0.707106781186547524) { e -= 1; m = m + m - 1.0; } else { m = m - 1.0; }
  let z = m * m;
  var p = 7.0376836292e-2;
  p = fma(p, m, -1.1514610310e-1);
  p = fma(p, m, 1.1676998740e-1);
  p = fma(p, m, -1.2420140846e-1);
  p = fma(p, m, 1.4249322787e-1);
  p = fma(p, m, -1.6668057665e-1);
  p = fma(p, m, 2.0000714765e-1);
  p = fma(p, m, -2.4999993993e-1);
  p = fma(p, m, 3.3333331174e-1);
  var y = p * m * z;
  let k = f32(e);
  y = fma(k, -2.12194440e-4, y);
  y = fma(z, -0.5, y);
  var result = fma(k, 0.693359375, m + y);
  if ((bits & 0x7f800000u) == 0u) { result = f32_of_bits(0xff800000u); }
  else if ((bits & 0x80000000u) != 0u) { result = f32_of_bits(0x7fc00000u); }
  else if (bits == 0x7f800000u) { result = x; }
  return select(result, x, is_nan(x));
}
fn f_sigmoid(x: f32) -> f32 {
  let e = f_exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
fn f_tanh(x: f32) -> f32 {
  let size = abs(x);
  let square = x * x;
  let small = x * fma(square, fma(square, fma(square, fma(square, 0.02186948854, -0.05396825397), 0.13333333333), -0.33333333333), 1.0);
  let large = sign(x) * (1.0 - 2.0 / (f_exp(2.0 * min(size, 20.0)) + 1.0));
  return select(select(large, small, size < 0.25), x, is_nan(x));
}
fn f_softplus(x: f32) -> f32 {
  let e = f_exp(-abs(x));
  let series = e * fma(e, fma(e, fma(e, fma(e, fma(e, -0.16666666667, 0.2), -0.25), 0.33333333333), -0.5), 1.0);
  let positive = select(0.0, x, x > 0.0);
  return select(positive + select(f_log(1.0 + e), series, e < 0.1), x, is_nan(x));
}
fn erf_near(x: f32) -> f32 {
  let s = x * x;
  return x * fma(s, fma(s, fma(s, fma(s, fma(s, -5.625395971e-4, 4.916023389e-3), -2.670994955e-2), 1.128013026e-1), -3.761231973e-1), 1.128379121);
}
fn erfc_far(t: f32) -> f32 {
  let u = 3.0 / (3.0 + t);
  var p = -0.138474128;
  p = fma(p, u, 0.460179845);
  p = fma(p, u, -0.369232505);
  p = fma(p, u, 0.441779548);
  p = fma(p, u, 0.0194015962);
  p = fma(p, u, 0.216440517);
  p = fma(p, u, 0.181172045);
  p = fma(p, u, 0.188761347);
  return fma(p, u, -3.0790784e-5) * f_exp(-t * t);
}
fn f_erf(x: f32) -> f32 {
  let size = abs(x);
  let y = select(sign(x) * (1.0 - erfc_far(size)), erf_near(x), size < 1.0);
  return select(y, x, is_nan(x));
}
fn normal_below(x: f32) -> f32 {
  let t = abs(x) * 0.70710678118654752;
  let beyond = 0.5 * select(erfc_far(t), 1.0 - erf_near(t), t < 1.0);
  return select(beyond, 1.0 - beyond, x > 0.0);
}
fn f_gelu(x: f32) -> f32 { return x * normal_below(x); }
fn f_gelu_slope(x: f32) -> f32 { return fma(x, 0.39894228040143268 * f_exp(-0.5 * x * x), normal_below(x)); }
fn f_pow(x: f32, y: f32) -> f32 {
  if (y == 0.0) { return 1.0; }
  if (is_nan(x) || is_nan(y)) { return f32_of_bits(0x7fc00000u); }
  if (x == 0.0) { return select(0.0, f32_of_bits(0x7f800000u), y < 0.0); }
  let size = f_exp(y * f_log(abs(x)));
  if (x > 0.0) { return size; }
  if (floor(y) != y) { return f32_of_bits(0x7fc00000u); }
  let half = y * 0.5;
  return select(-size, size, floor(half) == half);
}
fn f_max(a: f32, b: f32) -> f32 { return select(select(b, a, a > b), a + b, is_nan(a) || is_nan(b)); }
fn f_min(a: f32, b: f32) -> f32 { return select(select(b, a, a < b), a + b, is_nan(a) || is_nan(b)); }
`;
