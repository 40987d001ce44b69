#!/usr/bin/env bash
# Measures the runtime webgpu on a bare x86-64 Linux machine with an NVIDIA card and PyTorch, without a network:
# `bash FOLDER/run.sh RESULTS [PART...]`, FOLDER as pack.sh made it. Each part is a process of its own with a limit; a
# part may be followed by @ and options for Dawn.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
results=${1:-$here/results}
shift || true
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(adapter peak conformance resnet18 resnet50 resnet18-half resnet50-half pytorch resnet50-kernels resnet18-kernels resnet50-half-kernels learning)
mkdir -p "$results"
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

mkdir -p "$place/node_modules/webgpu/dist/linux-x64" "$place/loader"
gzip -dc "$here/node.gz" >"$place/node" && chmod +x "$place/node"
gzip -dc "$here/dawn.node.gz" >"$place/node_modules/webgpu/dist/linux-x64/dawn.node"
cp "$here/webgpu-index.js" "$place/node_modules/webgpu/index.js"
cp "$here/webgpu-package.json" "$place/node_modules/webgpu/package.json"
cp "$here/measure.mjs" "$here/fill-thread.js" "$place/"
[ ! -e "$here/cpu-curve.json" ] || cp "$here/cpu-curve.json" "$place/"
if ! ldconfig -p | grep -q 'libvulkan\.so\.1'; then
  # The loader, and what NVIDIA's driver takes from the desktop.
  for deb in "$here"/lib*.deb; do dpkg -x "$deb" "$place/loader"; done
  export LD_LIBRARY_PATH="$place/loader/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
if [ -z "${VK_DRIVER_FILES:-}" ] && ! ls /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json >/dev/null 2>&1; then
  export VK_DRIVER_FILES=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json
fi
export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$place}

nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null
for spec in "${parts[@]}"; do
  echo "== $spec"
  part=${spec%%@*}
  name=$(printf %s "$spec" | tr -c 'A-Za-z0-9._-' _)
  export CLASSIFIER_TRAINING_DAWN=
  [ "$part" = "$spec" ] || export CLASSIFIER_TRAINING_DAWN=${spec#*@}
  if [ "$part" = pytorch ]; then
    PYTHONUNBUFFERED=1 timeout 110 python3 "$here/pytorch.py" "$results/pytorch.json" 2>&1 | tail -n 20
  else
    if command -v nvidia-smi >/dev/null; then
      (while sleep 0.5; do nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits; done) >"$place/memory" 2>/dev/null &
      watcher=$!
    fi
    timeout "${PART_LIMIT:-90}" "$place/node" "$place/measure.mjs" "$part" "$results/$name.json" 2>&1 | tail -n 40
    if [ -n "${watcher:-}" ]; then
      kill "$watcher" 2>/dev/null
      wait "$watcher" 2>/dev/null
      echo "most memory in use on the card: $(sort -n "$place/memory" | tail -n 1) MiB"
    fi
  fi
done
