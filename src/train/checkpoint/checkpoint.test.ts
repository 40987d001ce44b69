import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failingAt } from "../../../test/train/failing-operations.ts";
import { float32, type HostTensor, hostTensor } from "../../core/index.ts";
import {
  type Checkpoint,
  loadCheckpoint,
  loadCheckpointOrPrevious,
  previousCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "classifier-training-checkpoint-"));
  path = join(folder, "last.safetensors");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function checkpoint(value: number): Checkpoint {
  const tensors = new Map<string, HostTensor>([
    ["fc.weight", float32([2, 2], [value, -0, Number.NaN, 1e-40])],
    ["bn.num_batches_tracked", hostTensor("int64", [], BigInt64Array.of(2n ** 60n))],
    ["exact", hostTensor("float64", [1], Float64Array.of(0.1))],
  ]);
  return { kind: "training", tensors, state: { progress: { step: value }, notes: ["ä", null, true] } };
}

test("what is saved comes back, to the bit", async () => {
  const saved = checkpoint(7);
  await saveCheckpoint(path, saved);
  const loaded = await loadCheckpoint(path);
  expect(loaded.kind).toBe("training");
  expect(loaded.state).toEqual(saved.state);
  expect([...loaded.tensors.keys()].sort()).toEqual([...saved.tensors.keys()].sort());
  for (const [name, tensor] of saved.tensors) {
    const { dtype, shape, data } = loaded.tensors.get(name)!;
    expect({ dtype, shape }).toEqual({ dtype: tensor.dtype, shape: tensor.shape });
    expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength)).toEqual(
      Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength),
    );
  }
});

test("makes its folder", async () => {
  const deep = join(folder, "a", "b", "last.safetensors");
  await saveCheckpoint(deep, checkpoint(1));
  await expect(loadCheckpoint(deep)).resolves.toMatchObject({ kind: "training" });
});

test("the kept predecessor stands in for a damaged checkpoint, with a warning", async () => {
  await saveCheckpoint(path, checkpoint(1), { keepPrevious: true });
  await saveCheckpoint(path, checkpoint(2), { keepPrevious: true });
  const whole = await loadCheckpointOrPrevious(path);
  expect(whole).toMatchObject({ path, warning: undefined, state: { progress: { step: 2 } } });
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
  await expect(loadCheckpoint(path)).rejects.toMatchObject({
    kind: "storage",
    code: "CHECKPOINT_CORRUPT",
    where: path,
    message: expect.stringContaining("does not match its hash"),
  });
  const loaded = await loadCheckpointOrPrevious(path);
  expect(loaded).toMatchObject({ path: previousCheckpoint(path), state: { progress: { step: 1 } } });
  expect(loaded.warning).toMatch(/does not match its hash.*using .*last\.previous\.safetensors/s);
  await rm(path);
  expect((await loadCheckpointOrPrevious(path)).warning).toMatch(/there is no such checkpoint/);
});

test("a changed state or name is found, and so is a cut file", async () => {
  await saveCheckpoint(path, checkpoint(1));
  const bytes = await readFile(path);
  const text = bytes.toString("latin1");
  for (const [from, to] of [
    ['\\"step\\":1', '\\"step\\":3'],
    ["fc.weight", "fc.height"],
    ['"kind":"training"', '"kind":"weightss"'],
  ] as const) {
    expect(text).toContain(from);
    await writeFile(path, Buffer.from(text.replace(from, to), "latin1"));
    await expect(loadCheckpoint(path), to).rejects.toMatchObject({ code: "CHECKPOINT_CORRUPT" });
  }
  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    await writeFile(path, bytes.subarray(0, length));
    await expect(loadCheckpoint(path), `${length} bytes`).rejects.toMatchObject({
      code: "CHECKPOINT_CORRUPT",
    });
  }
});

test("a file of somebody else is refused, a missing one is a matter of usage", async () => {
  await expect(loadCheckpointOrPrevious(path)).rejects.toMatchObject({ code: "CHECKPOINT_MISSING" });
  await writeFile(path, "not a checkpoint at all");
  await expect(loadCheckpoint(path)).rejects.toMatchObject({ code: "CHECKPOINT_CORRUPT" });
});

test("a failure at any file operation of a save leaves a checkpoint that loads", async () => {
  const probe = failingAt(Number.POSITIVE_INFINITY, "");
  await saveCheckpoint(path, checkpoint(0), { keepPrevious: true, operations: probe.operations });
  for (let k = 0; k < probe.asked.length; k++) {
    for (const killed of [false, true]) {
      await saveCheckpoint(path, checkpoint(1));
      const { operations } = failingAt(k, "ENOSPC", killed);
      await saveCheckpoint(path, checkpoint(2), { keepPrevious: true, operations }).catch(() => undefined);
      const { state, warning } = await loadCheckpointOrPrevious(path);
      const label = `operation ${k}, ${killed ? "killed" : "failed"}`;
      expect([1, 2], label).toContain((state as { progress: { step: number } }).progress.step);
      if (!killed) {
        expect(warning, label).toBeUndefined();
        expect((await readdir(folder)).join(), label).not.toContain(".tmp");
      }
    }
  }
});
