// Objectives that are measured on what a training has exported: how long a picture takes, and how large the file is.
import { stat } from "node:fs/promises";
import { Classifier } from "../../inference/index.ts";
import type { RunFolder } from "../run/run-folder.ts";

const WARM_UP = 5;
const RUNS = 31;

/** `export/latency_ms`: the median of one picture after another on one thread, decoding left out. `export/size_mb`: 10^6 bytes. */
export async function measureExport(folder: RunFolder, metric: string): Promise<number | undefined> {
  if (metric === "export/size_mb") return (await stat(folder.modelFile)).size / 1e6;
  if (metric !== "export/latency_ms") return undefined;
  await using classifier = await Classifier.load(folder.modelFile, { threads: 1 });
  const picture = { width: 256, height: 256, data: new Uint8Array(256 * 256 * 3).fill(127) };
  const times: number[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const begin = performance.now();
    await classifier.predict([picture]);
    if (run >= WARM_UP) times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}
