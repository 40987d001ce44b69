// A run stopped at every one of its steps and resumed, on each runtime and from one runtime to another.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJSONLines } from "../../src/loggers/index.ts";
import { loadCheckpoint } from "../../src/train/index.ts";
import { findRuntimes } from "../conformance/runtimes.ts";
import { removeFolder, temporaryFolder } from "../e2e/command.ts";
import { type Fit, fitSmall } from "./fits.ts";
import { count, spread } from "./scale.ts";
import { stateDigest, writePictures } from "./training.ts";

/** Of all places where a run can stop, how many are tried. */
const STOPS = count("STOPS", Number.POSITIVE_INFINITY, 4);
const runtimes = (await findRuntimes()).filter(({ available, inSoftware }) => available && !inSoftware);

let cwd: string;
let root: string;
beforeAll(async () => {
  cwd = await temporaryFolder();
  root = join(cwd, "photos");
  await writePictures(cwd);
});
afterAll(() => removeFolder(cwd));

/** What a finished run has left. */
const remains = async (folder: string, { last }: Fit): Promise<unknown> => ({
  last: await stateDigest(await loadCheckpoint(last)),
  best: await stateDigest(await loadCheckpoint(join(folder, "best.safetensors"))),
  csv: await readFile(join(folder, "metrics.csv"), "utf8"),
  rows: await readJSONLines(join(folder, "metrics.jsonl")),
});

describe.each(runtimes)("on $name", ({ name, runtime }) => {
  test("stopped at any step or in any validation, resumed to the bit", async () => {
    const folder = join(cwd, `${name}-whole`);
    const whole = await fitSmall({ runtime, root, folder });
    const expected = await remains(folder, whole);
    expect(Object.keys(whole.digests)).toHaveLength(9);
    const places = whole.events.flatMap((type, i) => (/BatchEnd$/.test(type) ? [i] : []));
    const tried = spread(places, STOPS);
    let stopped = 0;
    for (const stopAt of tried) {
      const label = `stopped at event ${stopAt}, ${whole.events[stopAt]}`;
      const cut = join(cwd, `${name}-cut-${stopAt}`);
      const before = await fitSmall({ runtime, root, folder: cut, stopAt });
      if (before.status === "interrupted") stopped++;
      const after = await fitSmall({ runtime, root, folder: cut });
      expect({ ...before.digests, ...after.digests }, label).toEqual(whole.digests);
      expect(await remains(cut, after), label).toEqual(expected);
    }
    console.log(`${name}: stopped ${stopped} times and resumed, 0 differing bytes`);
    expect(stopped).toBeGreaterThanOrEqual(tried.length - 1);
  });
});

const pairs = runtimes.flatMap((from) =>
  runtimes.filter((to) => to !== from).map((to) => ({ from, to, names: `${from.name} to ${to.name}` })),
);

describe.each(pairs)("from $names", ({ from, to, names }) => {
  test("the state goes over to the bit, and the run goes on", async () => {
    const folder = join(cwd, names.replaceAll(" ", "-"));
    const begun = await fitSmall({ runtime: from.runtime, root, folder, stopAt: 6 });
    expect(begun.status).toBe("interrupted");
    const saved = await inFloat32(begun.last);
    await fitSmall({ runtime: to.runtime, root, folder, stopAt: -1 });
    expect(await inFloat32(begun.last)).toEqual(saved);
    const ended = await fitSmall({ runtime: to.runtime, root, folder });
    expect(ended.status).toBe("completed");
    const whole = await fitSmall({ runtime: from.runtime, root, folder: `${folder}-whole` });
    const [mixed, pure] = [await loadCheckpoint(ended.last), await loadCheckpoint(whole.last)];
    for (const name of ["conv.weight", "fc.weight"]) {
      const expected = pure.tensors.get(name)!.data;
      mixed.tensors.get(name)!.data.forEach((value, i) => {
        expect(value, `${name}[${i}]`).toBeCloseTo(Number(expected[i]), 4);
      });
    }
  });
});

/** A checkpoint without the time that it took, in the precision that all runtimes have: `reference` computes in float64. */
async function inFloat32(path: string): Promise<unknown> {
  const { state, tensors } = await loadCheckpoint(path);
  const { progress, ...rest } = state as { progress: { seconds: number } };
  const values = Array.from(tensors, ([name, { data }]) => [
    name,
    [...data].map((x) => Math.fround(Number(x))),
  ]);
  return { values: Object.fromEntries(values), state: { ...rest, progress: { ...progress, seconds: 0 } } };
}
