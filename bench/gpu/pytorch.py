#!/usr/bin/env python3
"""Measures PyTorch training steps of ResNets on a CUDA card, the peer of the runtime webgpu. Prints JSON to a file.

The same work as `bench step`: forward, cross-entropy with label smoothing, backward, gradient norm clipping, AdamW,
loss and top-1 count. Channels last. float32 without TF32, with TF32, and float16 autocast with loss scaling.
"""
import contextlib
import json
import statistics
import sys
import time

import torch
from pytorch_step import resnet
from torch import nn


def measure(name, mode, batch, size, steps=20, warmup=8):
    torch.backends.cuda.matmul.allow_tf32 = mode == "tf32"
    torch.backends.cudnn.allow_tf32 = mode == "tf32"
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    model = resnet(name, 1000).cuda().to(memory_format=torch.channels_last)
    images = torch.randn(batch, 3, size, size).pin_memory()
    labels = torch.randint(1000, (batch,)).pin_memory()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
    scaler = torch.amp.GradScaler("cuda", enabled=mode == "amp")
    autocast = torch.autocast("cuda", dtype=torch.float16) if mode == "amp" else contextlib.nullcontext()

    def step():
        x = images.cuda(non_blocking=True).contiguous(memory_format=torch.channels_last)
        y = labels.cuda(non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            logits = model(x)
            loss = nn.functional.cross_entropy(logits.float(), y, label_smoothing=0.1)
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        return loss.item() + (logits.argmax(1) == y).sum().item()

    times = []
    for i in range(warmup + steps):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        step()
        torch.cuda.synchronize()
        if i >= warmup:
            times.append((time.perf_counter() - begin) * 1000)
    median = statistics.median(times)
    peak = torch.cuda.max_memory_allocated() / 2**20
    reserved = torch.cuda.max_memory_reserved() / 2**20
    print(f"{name} pytorch {mode}: {batch * 1000 / median:.0f} images/s, {median:.1f} ms, peak {peak:.0f} MiB allocated, {reserved:.0f} reserved", flush=True)
    return {
        "model": name,
        "mode": mode,
        "image_size": size,
        "batch_size": batch,
        "images_per_second": batch * 1000 / median,
        "ms_per_step": {"median": median, "min": min(times)},
        "peak_mib": peak,
        "reserved_mib": reserved,
    }


def main():
    results = []
    for name in ("resnet18", "resnet50"):
        for mode in ("float32", "tf32", "amp"):
            results.append(measure(name, mode, 64, 224))
    report = {
        "pytorch": torch.__version__,
        "cudnn": torch.backends.cudnn.version(),
        "card": torch.cuda.get_device_name(),
        "steps": results,
    }
    with open(sys.argv[1], "w") as file:
        json.dump(report, file, indent=1)


if __name__ == "__main__":
    main()
