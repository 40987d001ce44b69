// A device that is lost in the middle of a fit: a typed error, the last checkpoint whole, and from it the same bits.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LinearData } from "../../../test/train/linear-problem.ts";
import { type Run, type RunOptions, run } from "../../../test/train/run.ts";
import { ModelCheckpoint } from "../../callbacks/model-checkpoint.ts";
import { loadCheckpointOrPrevious } from "../../train/index.ts";
import { loadDawn } from "./dawn.ts";
import { createWebGpuRuntime, webgpuRuntime } from "./index.ts";

const { available, detail } = await webgpuRuntime.probe();
if (!available) console.log(`the loss of a device is not tested: ${detail}`);

const STEPS = 12;

/** A runtime whose latest device can be lost, as a driver that restarts has it. */
function losable(): { readonly runtime: typeof webgpuRuntime; lose(): void } {
  let latest: GPUDevice | undefined;
  const load = async (): Promise<GPU> => {
    const gpu = await loadDawn();
    const requestAdapter = async (options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> => {
      const adapter = await gpu.requestAdapter(options);
      if (adapter === null) return null;
      const { info, features, limits } = adapter;
      const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
        latest = await adapter.requestDevice(descriptor);
        return latest;
      };
      return { info, features, limits, requestDevice } as GPUAdapter;
    };
    return { requestAdapter } as GPU;
  };
  return { runtime: createWebGpuRuntime(load), lose: () => latest!.destroy() };
}

describe.skipIf(!available)("a fit whose device is lost", () => {
  let folder: string;
  let whole: Run;
  const { runtime, lose } = losable();

  const settings = (name: string): RunOptions => ({
    options: { maxEpochs: 3, maxSteps: STEPS, logEveryNSteps: 1 },
    data: new LinearData({ name: "loss of a device", samples: 16, batch: 4, shuffle: true }),
    parts: {
      runtime,
      callbacks: [
        new ModelCheckpoint({ dirpath: join(folder, name), saveTopK: 0, monitor: null, everyNTrainSteps: 3 }),
      ],
    },
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "classifier-training-device-"));
    whole = await run(settings("whole"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // Every step, those after which a checkpoint is written among them.
  const steps = Array.from({ length: STEPS - 1 }, (_, i) => i + 1);

  test.each(steps)("after step %i goes on from its last checkpoint to the same bits", async (step) => {
    const name = `lost-${step}`;
    let taken = 0;
    const watch: RunOptions["watch"] = ({ type }) => {
      if (type === "trainBatchEnd" && ++taken === step) lose();
    };
    await expect(run({ ...settings(name), watch })).rejects.toMatchObject({
      code: "WEBGPU_DEVICE_LOST",
      hint: expect.stringContaining("ckpt=last"),
    });
    // Before the first one the run begins anew.
    const checkpoint =
      step < 3 ? undefined : await loadCheckpointOrPrevious(join(folder, name, "last.safetensors"));
    const rest = await run({ ...settings(name), fit: { checkpoint } });
    expect(rest.weights).toEqual(whole.weights);
    expect(rest.result.progress.step).toBe(STEPS);
  });
});
