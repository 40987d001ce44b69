"""What torchvision computes of a network with the formula state, as test/golden/models has it, written to a file.

Arguments: name, size of the pictures, how many, gain of the weights, output file. Dropout and stochastic depth are off.
"""

import json
import math
import sys

import numpy as np
import torch

for initializer in list(vars(torch.nn.init)):
    if initializer.endswith("_") and not initializer.startswith("_"):
        setattr(torch.nn.init, initializer, lambda tensor, *args, **options: tensor)
import torchvision

CLASSES = 7
AUXILIARY = {"googlenet": {"aux1": 0.3, "aux2": 0.3}, "inception_v3": {"AuxLogits": 0.4}}


def fnv1a(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def fill(name, shape, low, high):
    count = math.prod(shape)
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(fnv1a(name))
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return torch.from_numpy((low + (high - low) * x.astype(np.float64) / 2**32).astype(np.float32)).reshape(shape)


def state_tensor(prefix, key, tensor, gain):
    """The formula's value of an entry; of tables that the network computes, what it computed."""
    shape, last = list(tensor.shape), key.rpartition(".")[2]
    if not tensor.is_floating_point():
        return torch.zeros_like(tensor) if last == "num_batches_tracked" else tensor
    if last == "relative_coords_table":
        return tensor
    bounds = {
        "running_mean": (-0.1, 0.1), "running_var": (0.8, 1.2), "layer_scale": (0.1, 0.3), "logit_scale": (1.5, 2.5),
        "class_token": (-0.5, 0.5), "pos_embedding": (-0.5, 0.5), "relative_position_bias_table": (-0.5, 0.5),
    }.get(last)
    if bounds is None and last.endswith("bias"):
        bounds = (-0.1, 0.1)
    if bounds is None and len(shape) < 2:
        bounds = (0.8, 1.2)
    if bounds is None:
        bound = gain * math.sqrt(3 / math.prod(shape[1:]))
        bounds = (-bound, bound)
    return fill(prefix + key, shape, *bounds)


def build(name, size):
    builder = getattr(torchvision.models, name)
    options = {"num_classes": CLASSES}
    if name in AUXILIARY:
        options |= {"aux_logits": True, "init_weights": False}
    if name.startswith("vit_"):
        options["image_size"] = size
    model = builder(**options)
    for module in model.modules():
        if isinstance(module, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
            module.p = 0.0
    # The auxiliary classifier of Inception v3 has no place in maps of smaller pictures.
    if name == "inception_v3" and size < 299:
        model.AuxLogits.forward = lambda x: None
    return model


def measures(tensor):
    flat = tensor.detach().double().flatten()
    return [math.sqrt(float(flat @ flat)), *(float(flat[i]) for i in (0, len(flat) // 2, len(flat) - 1))]


def cross_entropies(name, outputs, loss):
    if isinstance(outputs, torch.Tensor):
        return outputs, loss(outputs)
    total = loss(outputs.logits)
    if name == "googlenet":
        total = total + 0.3 * loss(outputs.aux_logits1) + 0.3 * loss(outputs.aux_logits2)
    elif outputs.aux_logits is not None:
        total = total + 0.4 * loss(outputs.aux_logits)
    return outputs.logits, total


def compute(model, name, prefix, images, labels, weights):
    """All results, in the element type of `images`."""
    activations = {}

    def keep(key, y):
        # Copied: a ReLU in place would change it.
        if isinstance(y, torch.Tensor):
            activations[key] = y.clone()

    hooks = [
        child.register_forward_hook(lambda _module, _inputs, y, key=key: keep(key, y))
        for key, child in model.named_children()
    ]
    with torch.no_grad():
        eval_logits = model.eval()(images)
    for hook in hooks:
        hook.remove()
    seen = {key: [list(y.shape), measures(y)[0], measures(y)[1:]] for key, y in activations.items()}
    logits, loss = cross_entropies(
        name,
        model.train()(images),
        lambda y: torch.nn.functional.cross_entropy(y, labels, weights, label_smoothing=0.1),
    )
    loss.backward()
    gradients = {key: measures(p.grad) for key, p in model.named_parameters() if p.grad is not None}
    buffers = {
        key: measures(buffer) if buffer.is_floating_point() else int(buffer)
        for key, buffer in model.named_buffers()
        if buffer.is_floating_point() or buffer.dim() == 0
    }
    return {
        "eval_logits": eval_logits.tolist(), "eval_activations": seen, "train_logits": logits.tolist(),
        "loss": float(loss), "grads": gradients, "buffers_after_step": buffers,
        "grad_norm_total": math.sqrt(sum(norm**2 for norm, *_ in gradients.values())),
    }


def main(name, size, count, gain, path):
    size, count, gain, prefix = int(size), int(count), float(gain), f"{name}."
    model = build(name, size)
    # Filled in place: MNASNet asks its state for a version.
    state = model.state_dict()
    for key, tensor in state.items():
        tensor.copy_(state_tensor(prefix, key, tensor, gain))
    images, weights = fill("input", [count, 3, size, size], -2, 2), fill("class_weights", [CLASSES], 0.5, 2)
    labels = torch.tensor([4, 5][:count])
    with torch.no_grad():
        single = model.eval()(images).double()
    # Buffers that the network computes are computed in float32, as ours are.
    results = compute(model.double(), name, prefix, images.double(), labels, weights.double())
    spread = float((single - torch.tensor(results["eval_logits"], dtype=torch.float64)).abs().max())
    run = {
        "prefix": prefix, "weight_gain": gain, "num_classes": CLASSES, "label_smoothing": 0.1,
        "input": {"name": "input", "shape": [count, 3, size, size], "lo": -2, "hi": 2},
        "class_weights": {"name": "class_weights", "lo": 0.5, "hi": 2}, "labels": {"values": labels.tolist()},
        "f64": results, "f32": {"max_abs_diff_eval_logits_vs_f64": spread},
    }
    with open(path, "w") as file:
        json.dump(run, file)
    print("null")


if __name__ == "__main__":
    main(*sys.argv[1:])
