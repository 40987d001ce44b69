// How long the studio's event loop is held by predictions of 100,000 pictures: ranked for the queue of labels, and counted for a
// run's page.
//
//     npx tsx bench/studio/predictions.ts [pictures]
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { RandomStream } from "../../src/core/index.ts";
import type { LabelSource } from "../../src/studio/labels/api.ts";
import { cookieOf, openStudio } from "../../test/studio/opened.ts";

const CLASSES = Array.from({ length: 10 }, (_, i) => `class_${i}`);
/** Of the pictures: those that the model takes for another class. */
const WRONG = 0.1;

const [given = "100000", ...words] = process.argv.slice(2);
if (process.send === undefined) await measure(Number(given));
else askFor(given, words[0]!);

async function measure(pictures: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "studio-predictions-"));
  const [root, runs] = [join(folder, "photos"), join(folder, "runs")];
  try {
    await writePictures(root, pictures);
    await writeRun(join(runs, "one"), root, pictures);
    await using studio = await openStudio(root, runs);
    const page = fork(import.meta.filename, [new URL(studio.url).origin, cookieOf(studio)]);
    const get = async <T>(path: string): Promise<T> => {
      page.send(path);
      const [answer] = (await once(page, "message")) as [T];
      return answer;
    };
    const [source] = await get<LabelSource[]>("labels/sources");
    const [run] = await get<{ readonly id: string }[]>("runs");
    const asked = {
      decisions: "labels/decisions",
      queue: `labels/queue/${source!.id}`,
      queue_again: `labels/queue/${source!.id}`,
      run: `runs/${run!.id}`,
      run_again: `runs/${run!.id}`,
    };
    const held: Record<string, { readonly answer_ms: number; readonly held_ms: number }> = {};
    for (const [name, path] of Object.entries(asked)) {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const began = performance.now();
      await get(path);
      const answer_ms = Math.round(performance.now() - began);
      delay.disable();
      held[name] = { answer_ms, held_ms: Math.round(delay.max / 1e6) };
    }
    page.kill();
    const result = {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model.trim(),
      processors: cpus().length,
      load: Number(loadavg()[0]!.toFixed(1)),
      pictures,
      classes: CLASSES.length,
      ...held,
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks in a process of its own, as a browser does; long answers are only read. */
function askFor(origin: string, cookie: string): void {
  process.on("message", async (path: string) => {
    const response = await fetch(`${origin}/api/${path}`, { headers: { Cookie: cookie } });
    const text = await response.text();
    process.send!(text.length > 10_000 ? text.length : JSON.parse(text));
  });
}

/** Empty: nothing here looks into pictures. */
async function writePictures(root: string, pictures: number): Promise<void> {
  for (const name of CLASSES) await mkdir(join(root, name), { recursive: true });
  for (let i = 0; i < pictures; i += 1000)
    await Promise.all(
      Array.from({ length: Math.min(1000, pictures - i) }, (_, k) => writeFile(pathOf(root, i + k), "")),
    );
}

function pathOf(root: string, i: number): string {
  return join(root, CLASSES[i % CLASSES.length]!, `picture_${i}.jpg`);
}

/** A run that has predicted them all. */
async function writeRun(run: string, root: string, pictures: number): Promise<void> {
  await mkdir(join(run, ".hydra"), { recursive: true });
  await writeFile(join(run, ".hydra", "config.yaml"), `data: {root: ${root}}\n`);
  const random = new RandomStream(1, "predictions");
  const header = ["split", "index", "name", "true", "predicted", "confidence", "loss"];
  const lines = [[...header, ...CLASSES.map((name) => `p_${name}`)].join()];
  for (let i = 0; i < pictures; i++) {
    const truth = i % CLASSES.length;
    const said = random.float() < WRONG ? random.integer(CLASSES.length) : truth;
    const sure = 0.5 + random.float() / 2;
    const rest = (1 - sure) / (CLASSES.length - 1);
    const probabilities = CLASSES.map((_, k) => (k === said ? sure : rest).toFixed(6));
    const told = [CLASSES[truth], CLASSES[said], sure.toFixed(6), (-Math.log(sure)).toPrecision(6)];
    lines.push(["val", i, pathOf(root, i), ...told, ...probabilities].join());
  }
  await writeFile(join(run, "predictions.csv"), `${lines.join("\n")}\n`);
}
