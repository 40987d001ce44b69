// Event files: checksums, framing, and what TensorBoard itself reads in them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { findPython, runPython } from "../../test/support/python.ts";
import { encodePng } from "../plots/index.ts";
import { crc32c, maskedCrc32c } from "./crc32c.ts";
import { histogramOf } from "./histogram.ts";
import { TensorBoardLogger } from "./index.ts";

const root = mkdtempSync(join(tmpdir(), "tensorboard-"));
afterAll(() => rmSync(root, { recursive: true }));

test("CRC-32C gives the published values", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("records carry masked checksums of their length and their content", async () => {
  const saveDir = join(root, "framing");
  const logger = new TensorBoardLogger({ saveDir });
  await logger.start({ afterStep: 0 });
  await logger.log({ kind: "step", epoch: 0, step: 1, metrics: { loss: 0.5 } });
  await logger.finish("completed");
  const [name = ""] = readdirSync(saveDir);
  expect(name).toMatch(/^events\.out\.tfevents\.\d+\.\d{6}\./);
  const file = readFileSync(join(saveDir, name));
  let records = 0;
  for (let at = 0; at < file.length; records++) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(file.subarray(at + 12, at + 12 + length)));
    at += length + 16;
  }
  expect(records).toBe(3);
});

test("a histogram counts every finite value in the bucket it lies in", () => {
  const values = [-2, 0, 0, 1e-13, 1, 3, Number.NaN, Number.POSITIVE_INFINITY];
  const histogram = histogramOf(values)!;
  expect(histogram).toMatchObject({ min: -2, max: 3, count: 6, sum: 2 + 1e-13, sumOfSquares: 14 + 1e-26 });
  expect(histogram.limits.length).toBe(histogram.counts.length);
  for (const value of values.slice(0, 6)) {
    const bucket = histogram.limits.findIndex((limit) => value < limit);
    const inBucket = values.filter(
      (x) => x < histogram.limits[bucket]! && x >= histogram.limits[bucket - 1]!,
    );
    expect(histogram.counts[bucket]).toBe(inBucket.length);
  }
  expect(histogramOf([Number.NaN])).toBeUndefined();
});

const python = findPython("tensorboard");
const READ = `
import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util
events = EventAccumulator(sys.argv[1], size_guidance={"tensors": 0, "images": 0, "scalars": 0}).Reload()
tags = events.Tags()
text = {}
for tag in tags["tensors"]:
    text[tag] = [[e.step, tensor_util.make_ndarray(e.tensor_proto).tolist()[0].decode()] for e in events.Tensors(tag)]
hparams = {}
for tag, content in events.summary_metadata.items():
    if content.plugin_data.plugin_name == "hparams":
        data = plugin_data_pb2.HParamsPluginData.FromString(content.plugin_data.content)
        start = data.session_start_info.hparams
        if len(start):
            hparams["start"] = {k: v.number_value if v.WhichOneof("kind") == "number_value" else v.string_value if v.WhichOneof("kind") == "string_value" else v.bool_value for k, v in start.items()}
        else:
            hparams["status"] = data.session_end_info.status
print(json.dumps({
    "version": events.file_version,
    "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
    "images": {tag: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in events.Images(tag)] for tag in tags["images"]},
    "histograms": {tag: [[e.step, e.histogram_value.num, e.histogram_value.min, e.histogram_value.max, sum(e.histogram_value.bucket)] for e in events.Histograms(tag)] for tag in tags["histograms"]},
    "text": text, "hparams": hparams,
}))
`;

describe.skipIf(python === undefined)("TensorBoard on this machine", () => {
  test("reads scalars, pictures, histograms, texts and hyper-parameters", () => {
    return check("all", async (saveDir) => {
      const logger = new TensorBoardLogger({ saveDir, hparams: { lr: 0.001, model: "resnet18", ema: true } });
      await logger.start({ afterStep: 0 });
      await logger.log({ kind: "step", epoch: 0, step: 5, metrics: { "train/loss": 0.5, bad: 1e300 } });
      await logger.log({ kind: "epoch", epoch: 2, step: 10, metrics: { "val/acc_class_é": 0.25 } });
      const png = encodePng({ width: 3, height: 2, data: new Uint8Array(18) });
      await logger.logImage("samples", png, 10);
      await logger.logHistogram("weights/fc", Float32Array.of(-1, 0.5, 0.25, Number.NaN), 10);
      await logger.logText("summary", "**done**", 10);
      await logger.finish("completed");
      return {
        version: 2,
        scalars: {
          "train/loss": [[5, 0.5]],
          bad: [[5, Number.POSITIVE_INFINITY]],
          epoch: [[10, 2]],
          "val/acc_class_é": [[10, 0.25]],
        },
        images: { samples: [[10, 3, 2, png.length]] },
        histograms: { "weights/fc": [[10, 3, -1, 0.5, 3]] },
        text: { "summary/text_summary": [[10, "**done**"]] },
        hparams: { start: { lr: 0.001, model: "resnet18", ema: true }, status: 1 },
      };
    });
  });

  test("a resumed run replaces the steps behind its checkpoint", () => {
    return check("resumed", async (saveDir) => {
      for (const [afterStep, steps, value] of [
        [0, [1, 2, 3, 4], 1],
        [2, [3, 4, 5], 2],
      ] as const) {
        const logger = new TensorBoardLogger({ saveDir });
        await logger.start({ afterStep });
        for (const step of steps)
          await logger.log({ kind: "step", epoch: 0, step, metrics: { loss: value } });
        await logger.finish("interrupted");
      }
      return {
        version: 2,
        scalars: {
          loss: [
            [1, 1],
            [2, 1],
            [3, 2],
            [4, 2],
            [5, 2],
          ],
        },
        images: {},
        histograms: {},
        text: {},
        hparams: {},
      };
    });
  });

  async function check(folder: string, write: (saveDir: string) => Promise<unknown>): Promise<void> {
    const saveDir = join(root, folder);
    const expected = await write(saveDir);
    // Python writes infinity as JSON does not know it.
    const script = READ.replace(
      "print(json.dumps(",
      "print((lambda x: json.dumps(x).replace('Infinity', '1e999'))(",
    );
    expect(runPython(python!, script, saveDir)).toEqual(expected);
  }
});
