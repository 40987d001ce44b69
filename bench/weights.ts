// Reading a PyTorch file of 100 MB, against reading its bytes: `node --import tsx bench/weights.ts [file.pth]`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openWeights } from "../src/weights/index.ts";
import { torchArchive } from "../test/support/torch-archive.ts";

const ROUNDS = 15;
const TENSORS = 160;
const ELEMENTS = 160_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Milliseconds; what earlier rounds left is collected first, so that its release is not counted. */
function timed(work: () => void): number {
  collectGarbage();
  const start = performance.now();
  work();
  return performance.now() - start;
}

const folder = mkdtempSync(join(tmpdir(), "bench-weights-"));
let path = process.argv[2];
if (path === undefined) {
  path = join(folder, "state.pth");
  const tensors = Array.from({ length: TENSORS }, (_, i) => [
    `layer${i}.weight`,
    new Float32Array(ELEMENTS).fill(i),
  ]);
  writeFileSync(path, torchArchive(new Map(tensors as [string, Float32Array][])));
}
const file = path;
const times = { bytes: [] as number[], names: [] as number[], tensors: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  times.bytes.push(timed(() => readFileSync(file)));
  times.names.push(timed(() => openWeights(file).close()));
  times.tensors.push(
    timed(() => {
      using weights = openWeights(file);
      const tensors = new Map([...weights.tensors.keys()].map((name) => [name, weights.read(name)]));
      if (tensors.size !== weights.tensors.size) throw new Error("not all tensors were read");
    }),
  );
}
rmSync(folder, { recursive: true });
const [bytes, names, tensors] = [times.bytes, times.names, times.tensors].map((each) => Math.min(...each));
console.log(`best of ${ROUNDS} rounds, ms: readFileSync ${bytes!.toFixed(1)}`);
console.log(`  names and shapes ${names!.toFixed(1)} (first round ${times.names[0]!.toFixed(1)})`);
const ratio = (tensors! / bytes!).toFixed(2);
console.log(`  all tensors, checksums included ${tensors!.toFixed(1)}: ${ratio} x readFileSync`);
