#!/usr/bin/env python3
"""Measures torchvision + PIL behind PyTorch's DataLoader, the peer of `bench/data-loading.ts`.

The same work: read, decode, random resized crop, mirror, colour jitter, float, normalise, batch. The first epoch
warms up. Prints one line of JSON.
"""
import argparse
import json
import time

import PIL
import torch
import torchvision
from torch.utils.data import DataLoader
from torchvision import transforms as T


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", required=True)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=8)
    args = parser.parse_args()

    torch.set_num_threads(2 if args.workers == 0 else 1)
    transform = T.Compose(
        [
            T.RandomResizedCrop(args.size),
            T.RandomHorizontalFlip(),
            T.ColorJitter(0.2, 0.2, 0.2, 0.1),
            T.ToTensor(),
            T.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        ]
    )
    dataset = torchvision.datasets.ImageFolder(args.root, transform)
    loader = DataLoader(
        dataset, args.batch, shuffle=True, num_workers=args.workers, persistent_workers=args.workers > 0
    )
    for _ in loader:
        pass
    images, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < args.seconds:
        for batch, _ in loader:
            images += len(batch)
    print(
        json.dumps(
            {
                "images_per_second": images / (time.perf_counter() - begin),
                "workers": args.workers,
                "versions": f"torch {torch.__version__}, torchvision {torchvision.__version__}, PIL {PIL.__version__}",
            }
        )
    )


if __name__ == "__main__":
    main()
