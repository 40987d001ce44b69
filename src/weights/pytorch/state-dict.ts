// Finds the named tensors in what was saved: a state dict itself, or a checkpoint that holds one.
import { refused } from "./errors.ts";
import { describe, type PickleValue, TorchTensor } from "./pickle-values.ts";

/** Where Lightning, timm and hand-written training scripts keep the model's state dict. */
const STATE_DICT_KEYS = ["state_dict", "model_state_dict", "model"];

/**
 * The tensors by name, in the order saved.
 * @throws ClassifierTrainingError `PYTORCH_REFUSED` where the value is neither of the two.
 */
export function findStateDict(value: PickleValue): ReadonlyMap<string, TorchTensor> {
  if (!(value instanceof Map)) throw refused(`the file holds ${describe(value)} and no state dict`);
  for (const candidate of [value, ...STATE_DICT_KEYS.map((key) => value.get(key))]) {
    const tensors = namedTensors(candidate);
    if (tensors.size > 0) return tensors;
  }
  throw refused("the file holds no state dict");
}

function namedTensors(value: PickleValue | undefined): ReadonlyMap<string, TorchTensor> {
  const tensors = new Map<string, TorchTensor>();
  if (!(value instanceof Map)) return tensors;
  for (const [name, tensor] of value) {
    if (typeof name === "string" && tensor instanceof TorchTensor) tensors.set(name, tensor);
  }
  return tensors;
}
