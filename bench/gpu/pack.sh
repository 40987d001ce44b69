#!/usr/bin/env bash
# Packs what the measurements on a GPU need into a folder (default .gpu, about 50 MB): this repository's code in one
# file, Node.js and Dawn for x86-64 Linux, the Vulkan loader, the peer. To be run where npm ci was.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-.gpu}
mkdir -p "$folder"
npx esbuild bench/gpu/measure.ts --bundle --platform=node --format=esm --external:webgpu --external:onnxruntime-node \
  --external:koffi --external:sharp --outfile="$folder/measure.mjs" --log-level=warning
# First weights are drawn in threads.
npx esbuild src/platform/fill-thread.ts --bundle --platform=node --format=cjs --outfile="$folder/fill-thread.js" --log-level=warning
cp bench/gpu/run.sh bench/gpu/pytorch.py bench/peers/pytorch_step.py "$folder/"
cp node_modules/webgpu/index.js "$folder/webgpu-index.js"
cp node_modules/webgpu/package.json "$folder/webgpu-package.json"
[ -e "$folder/dawn.node.gz" ] || gzip -9 -c node_modules/webgpu/dist/linux-x64/dawn.node >"$folder/dawn.node.gz"
[ -e "$folder/node.gz" ] || gzip -6 -c "$(command -v node)" >"$folder/node.gz"
loader=(libvulkan1 libegl1 libglvnd0 libopengl0 libgl1 libglx0 libgles2 libx11-6 libxext6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0)
ls "$folder"/libmd0_*.deb >/dev/null 2>&1 || (cd "$folder" && apt-get download "${loader[@]}")
[ -e "$folder/cpu-curve.json" ] || node --import tsx bench/gpu/cpu-curve.ts "$folder/cpu-curve.json"
du -sh "$folder"
