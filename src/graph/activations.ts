// Activations that are composed of ops.
import { add, clip, mul, relu, sigmoid, tanh } from "./build.ts";
import type { Value } from "./graph.ts";

/** x sigmoid(x), also called swish: Elfwing et al. (2017). */
export function silu(x: Value): Value {
  return mul(x, sigmoid(x));
}

/** `gelu` with tanh in place of the error function, as torch's `approximate="tanh"`. */
export function geluTanh(x: Value): Value {
  const inner = mul(mul(x, add(mul(mul(x, x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

/** min(max(x, 0), 6) */
export function relu6(x: Value): Value {
  return clip(x, 0, 6);
}

/** (x + 3) / 6 clipped to 0 and 1. */
export function hardSigmoid(x: Value): Value {
  return clip(add(mul(x, 1 / 6), 0.5), 0, 1);
}

/** x hardSigmoid(x): Howard et al., "Searching for MobileNetV3" (2019). */
export function hardSwish(x: Value): Value {
  return mul(x, hardSigmoid(x));
}

/** x where it is positive, else slope x. */
export function leakyRelu(x: Value, slope = 0.01): Value {
  return add(mul(x, slope), mul(relu(x), 1 - slope));
}
