#!/usr/bin/env python3
"""Measures PyTorch training steps (or forward passes) on the CPU, the peer of `bench step`.

ResNets are written out here; other networks are torchvision's.

The same work: forward, cross-entropy with label smoothing, backward, gradient norm clipping, AdamW, and the
top-1 count of the batch. Prints one line of JSON. Variants: memory format (nchw, nhwc), precision (float32,
bf16 autocast), torch.compile.
"""
import argparse
import contextlib
import json
import resource
import statistics
import time

import torch
from torch import nn

LAYERS = {
    "resnet18": ("basic", (2, 2, 2, 2)),
    "resnet34": ("basic", (3, 4, 6, 3)),
    "resnet50": ("bottleneck", (3, 4, 6, 3)),
    "resnet101": ("bottleneck", (3, 4, 23, 3)),
    "resnet152": ("bottleneck", (3, 8, 36, 3)),
}


class Block(nn.Module):
    """Residual block as torchvision's: the stride is on the 3x3 convolution."""

    def __init__(self, kind, inputs, planes, stride):
        super().__init__()
        outputs = planes * (4 if kind == "bottleneck" else 1)
        if kind == "basic":
            specs = [(inputs, planes, 3, stride), (planes, planes, 3, 1)]
        else:
            specs = [(inputs, planes, 1, 1), (planes, planes, 3, stride), (planes, outputs, 1, 1)]
        self.convs = nn.ModuleList(nn.Conv2d(i, o, k, s, k // 2, bias=False) for i, o, k, s in specs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _, _ in specs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        for conv, norm in list(zip(self.convs, self.norms))[:-1]:
            x = self.relu(norm(conv(x)))
        x = self.norms[-1](self.convs[-1](x))
        x += identity
        return self.relu(x)


def resnet(name, classes):
    kind, layers = LAYERS[name]
    expansion = 4 if kind == "bottleneck" else 1
    modules = [
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1),
    ]
    inputs = 64
    for stage, count in enumerate(layers):
        planes = 64 * 2**stage
        for i in range(count):
            modules.append(Block(kind, inputs, planes, 2 if i == 0 and stage > 0 else 1))
            inputs = planes * expansion
    return nn.Sequential(*modules, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def network(name, classes):
    if name in LAYERS:
        return resnet(name, classes)
    import torchvision

    return getattr(torchvision.models, name)(num_classes=classes)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="32-true", choices=["32-true", "bf16-mixed"])
    parser.add_argument("--format", default="nhwc", choices=["nchw", "nhwc"])
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--warmup", type=int, default=2)
    args = parser.parse_args()

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    layout = torch.channels_last if args.format == "nhwc" else torch.contiguous_format
    model = network(args.model, args.classes).to(memory_format=layout)
    images = torch.randn(args.batch, 3, args.size, args.size).contiguous(memory_format=layout)
    labels = torch.randint(args.classes, (args.batch,))
    model.train(not args.evaluate)
    try:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
        fused = True
    except (TypeError, RuntimeError, ValueError):
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4)
        fused = False
    forward = torch.compile(model) if args.compile else model

    def autocast():
        if args.precision == "32-true":
            return contextlib.nullcontext()
        return torch.autocast("cpu", dtype=torch.bfloat16)

    def train_step():
        optimizer.zero_grad(set_to_none=True)
        with autocast():
            logits = forward(images)
            loss = nn.functional.cross_entropy(logits.float(), labels, label_smoothing=0.1)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return (logits.argmax(1) == labels).sum().item() + loss.item()

    def evaluation_step():
        with torch.inference_mode(), autocast():
            return (forward(images).argmax(1) == labels).sum().item()

    step = evaluation_step if args.evaluate else train_step
    times = []
    for i in range(args.warmup + args.steps):
        begin = time.perf_counter()
        step()
        if i >= args.warmup:
            times.append((time.perf_counter() - begin) * 1000)
    median = statistics.median(times)
    print(
        json.dumps(
            {
                "model": args.model,
                "mode": "evaluate" if args.evaluate else "train",
                "image_size": args.size,
                "batch_size": args.batch,
                "images_per_second": args.batch * 1000 / median,
                "ms_per_step": {"median": median, "min": min(times)},
                "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "runtime": f"pytorch {torch.__version__}",
                "variant": args.format + (", compiled" if args.compile else ""),
                "fused_optimizer": fused,
                "precision": args.precision,
                "threads": torch.get_num_threads(),
            }
        )
    )


if __name__ == "__main__":
    main()
