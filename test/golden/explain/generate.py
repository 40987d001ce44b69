"""What PyTorch says of networks with the formula state: Grad-CAM by hooks, occlusion, integrated gradients.

Writes NAME.json beside this file for each network (torch 1.13, torchvision 0.14, NumPy). Float64 throughout; of each result
also how far float32 is from it.
"""

import json
import os
import sys

import numpy as np
import torch

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from torchvision_run import CLASSES, build, fill, state_tensor  # noqa: E402

SIZE, COUNT = 64, 2
PATCH, STRIDE, COVER = 24, 16, [0.5, -0.5, 0.25]
STEPS, BASELINE = 8, [-1.0, 0.0, 1.5]


def tokens_to_grid(y):
    """As pytorch-grad-cam's `reshape_transform` for ViT: without the class token."""
    side = round((y.shape[1] - 1) ** 0.5)
    return y[:, 1:].reshape(y.shape[0], side, side, -1).permute(0, 3, 1, 2)


NETWORKS = {
    "resnet18": (1.2, {"layer4": None, "layer3": None}),
    "mobilenet_v3_small": (1.35, {"features": None, "features.8": None}),
    "vit_b_32": (1.3, {"encoder.layers.encoder_layer_11.ln_1": tokens_to_grid}),
}


def weighted_maps(model, images, path, to_map, classes):
    """The map of the layer before it is cut off at 0, [N, h, w]."""
    kept = []
    hook = dict(model.named_modules())[path].register_forward_hook(lambda _module, _inputs, y: kept.append(y))
    logits = model(images)
    hook.remove()
    (slopes,) = torch.autograd.grad(sum(logits[i, c] for i, c in enumerate(classes)), kept)
    activations, slopes = (tensor if to_map is None else to_map(tensor) for tensor in (kept[0], slopes))
    weights = slopes.mean(dim=(2, 3), keepdim=True)
    return (weights * activations).sum(dim=1)


def occlusion(model, image, wanted):
    """The mean fall of the class's probability over the squares that cover a pixel, [H, W]."""
    steps = -(-(SIZE - PATCH) // STRIDE) + 1
    places = [
        (slice(i * STRIDE, i * STRIDE + PATCH), slice(j * STRIDE, j * STRIDE + PATCH))
        for i in range(steps)
        for j in range(steps)
    ]
    pictures = [image.clone() for _ in places]
    for picture, (rows, columns) in zip(pictures, places):
        picture[:, rows, columns] = torch.tensor(COVER, dtype=image.dtype)[:, None, None]
    with torch.no_grad():
        whole, *covered = model(torch.stack([image, *pictures])).softmax(1)[:, wanted]
    sums, counts = torch.zeros(SIZE, SIZE, dtype=image.dtype), torch.zeros(SIZE, SIZE, dtype=image.dtype)
    for (rows, columns), probability in zip(places, covered):
        sums[rows, columns] += whole - probability
        counts[rows, columns] += 1
    return sums / counts


def integrated_gradients(model, image, wanted):
    """Attributions [3, H, W], and the difference of the logits at both ends."""
    nodes, weights = (torch.tensor(values / 2, dtype=image.dtype) for values in np.polynomial.legendre.leggauss(STEPS))
    start = torch.tensor(BASELINE, dtype=image.dtype)[:, None, None].expand_as(image)
    x = (start + (nodes + 0.5)[:, None, None, None] * (image - start)).requires_grad_()
    (slopes,) = torch.autograd.grad(model(x)[:, wanted].sum(), x)
    with torch.no_grad():
        whole, nothing = model(torch.stack([image, start]))[:, wanted]
    return (weights[:, None, None, None] * slopes).sum(0) * (image - start), whole - nothing


def compute(model, images, layers, classes):
    with torch.no_grad():
        logits = model(images)
    integrated = [integrated_gradients(model, x, c) for x, c in zip(images, classes)]
    cams = {path: weighted_maps(model, images, path, to_map, classes).relu() for path, to_map in layers.items()}
    enlarge = lambda cam: torch.nn.functional.interpolate(
        cam[:, None], (SIZE, SIZE), mode="bilinear", align_corners=False
    )[:, 0]
    return {
        "logits": logits,
        "grad_cam": cams,
        "grad_cam_enlarged": {path: enlarge(cam) for path, cam in cams.items()},
        "occlusion": torch.stack([occlusion(model, x, c) for x, c in zip(images, classes)]),
        "integrated_gradients": torch.stack([values for values, _ in integrated]),
        "difference": torch.stack([difference for _, difference in integrated]),
    }


def telling_classes(model, images, layers):
    """Of each image the class of whose map most is left, so that there is something to compare."""
    path, to_map = next(iter(layers.items()))
    left = [weighted_maps(model, images, path, to_map, [c] * COUNT).relu().sum(dim=(1, 2)) for c in range(CLASSES)]
    return torch.stack(left).argmax(0).tolist()


def blocks(tensor):
    """Means of squares of 8x8 pixels, with the norm of all: a fingerprint of a map [..., 64, 64]."""
    means = tensor.unflatten(-1, (-1, 8)).unflatten(-3, (-1, 8)).mean(dim=(-1, -3))
    return {"norm": float(tensor.norm()), "means": [float(f"{x:.9g}") for x in means.flatten()]}


def described(tensor, exact):
    small = tensor.shape[-1] != SIZE
    return {
        "shape": list(tensor.shape),
        **({"values": tensor.flatten().tolist()} if small else blocks(tensor)),
        "spread": float((tensor - exact.double()).abs().max()),
    }


def main():
    for name, (gain, layers) in NETWORKS.items():
        model = build(name, SIZE).eval()
        for key, tensor in model.state_dict().items():
            tensor.copy_(state_tensor(f"{name}.", key, tensor, gain))
        images = fill("input", [COUNT, 3, SIZE, SIZE], -2, 2)
        classes = telling_classes(model, images, layers)
        single = compute(model, images, layers, classes)
        double = compute(model.double(), images.double(), layers, classes)
        describe = lambda a, b: (
            {key: describe(a[key], b[key]) for key in a} if isinstance(a, dict) else described(a.detach(), b.detach())
        )
        golden = {
            "prefix": f"{name}.", "weight_gain": gain, "num_classes": CLASSES, "classes": classes,
            "input": {"name": "input", "shape": list(images.shape), "lo": -2, "hi": 2},
            "occluded": {"patch": PATCH, "stride": STRIDE, "baseline": COVER},
            "integrated": {"steps": STEPS, "baseline": BASELINE},
            "results": describe(double, single),
        }
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.json"), "w") as file:
            json.dump(golden, file, separators=(",", ":"))
            file.write("\n")
        cams = double["grad_cam"]
        print(name, {path: [int((cam[i] > 0).sum()) for i in range(COUNT)] for path, cam in cams.items()})


main()
