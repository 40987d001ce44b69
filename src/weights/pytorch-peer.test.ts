import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findPython, runPython } from "../../test/support/python.ts";
import { float32, type HostTensor, hostTensor, RandomStream } from "../core/index.ts";
import { openWeights } from "./open-weights.ts";
import { encodeStateDict } from "./state-dict-file.ts";

const python = findPython("torch");

const folder = mkdtempSync(join(tmpdir(), "pytorch-peer-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HASHES = `
import hashlib, json, sys, torch
def bits(t):
    t = t.detach().contiguous()
    return (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy().tobytes()
def describe(state):
    return {k: [str(v.dtype)[6:], list(v.shape), hashlib.sha256(bits(v)).hexdigest()] for k, v in state.items()}
`;

const run = (script: string): unknown => runPython(python!, HASHES + script, folder);

function describeTensor({ dtype, shape, data }: HostTensor): unknown {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [dtype, shape, createHash("sha256").update(bytes).digest("hex")];
}

describe.skipIf(python === undefined)("PyTorch on this machine", () => {
  it("writes files that are read here to the bit", () => {
    const expected = run(`
from collections import OrderedDict
torch.manual_seed(0)
base = torch.randn(30, 40)
state = OrderedDict(
    conv=torch.nn.Parameter(torch.randn(8, 3, 3, 3)), last=torch.randn(4, 6, 5, 5).to(memory_format=torch.channels_last),
    row=base[3], column=base[:, 5], transposed=base.t(), slice=base[2:20:3, 1:30:2], base=base,
    diagonal=base.diagonal(), expanded=torch.randn(1, 7).expand(5, 7), scalar=torch.tensor(3), empty=torch.zeros(0, 4),
    half=torch.randn(9).half(), brain=torch.randn(9).bfloat16(), double=torch.randn(3).double(),
    byte=torch.arange(5, dtype=torch.uint8), flags=torch.tensor([True, False]), short=torch.tensor([-3], dtype=torch.int16))
torch.save(state, sys.argv[1] + "/zip.pth")
torch.save(state, sys.argv[1] + "/protocol4.pth", pickle_protocol=4)
torch.save(state, sys.argv[1] + "/legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": {"model." + k: v for k, v in state.items()}}, sys.argv[1] + "/wrapped.ckpt")
print(json.dumps(describe(state)))
`) as Record<string, unknown>;
    for (const [name, prefix] of [
      ["zip.pth", ""],
      ["protocol4.pth", ""],
      ["legacy.pth", ""],
      ["wrapped.ckpt", "model."],
    ] as const) {
      using file = openWeights(join(folder, name));
      const read = [...file.tensors.keys()].map((key) => [
        key.slice(prefix.length),
        describeTensor(file.read(key)),
      ]);
      expect(Object.fromEntries(read)).toEqual(expected);
    }
  });

  it("reads what is written here, with every tensor aligned", () => {
    const random = new RandomStream(1, "peer");
    const numbers = (count: number): Float32Array =>
      Float32Array.from({ length: count }, () => random.normal());
    const state = new Map<string, HostTensor>([
      ["flag", hostTensor("bool", [3], Uint8Array.of(1, 0, 1))],
      ["conv1.weight", float32([4, 3, 7, 7], numbers(588))],
      ["bn1.num_batches_tracked", hostTensor("int64", [], BigInt64Array.of(7n))],
      ["half", hostTensor("float16", [3], Uint16Array.of(1, 2, 3))],
      ["brain", hostTensor("bfloat16", [1], Uint16Array.of(0x3f80))],
      ["double", hostTensor("float64", [2], Float64Array.of(1, -0))],
    ]);
    const path = join(folder, "ours.safetensors");
    writeFileSync(path, Buffer.concat([...encodeStateDict(state, { classNames: ["a"] }).chunks]));
    const described = run(`
path = sys.argv[1] + "/ours.safetensors"
try:
    from safetensors.torch import load_file
    state = load_file(path)
except ImportError:
    raw = bytearray(open(path, "rb").read())
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    header.pop("__metadata__")
    body = torch.frombuffer(raw, dtype=torch.uint8)[8 + size:].clone()
    names = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "BOOL": torch.bool}
    state = {k: body[slice(*v["data_offsets"])].view(names[v["dtype"]]).reshape(v["shape"]) for k, v in header.items()}
print(json.dumps(describe(state)))
`);
    const expected = [...state].map(([name, tensor]) => [name, describeTensor(tensor)]);
    expect(described).toEqual(Object.fromEntries(expected));
  });
});
