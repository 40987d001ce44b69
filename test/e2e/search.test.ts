// A search as its user does it: trials, a kill and Ctrl-C in the middle, the same command again, what it shows.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/core/index.ts";
import { StudyStore } from "../../src/search/index.ts";
import { QUICK, removeFolder, run, start, temporaryFolder, writeColourPictures } from "./command.ts";

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
});
afterAll(() => removeFolder(folder));

const words = (study: string, ...more: string[]): string[] => [
  ...["search", ...QUICK, "data.root=photos", "model.learning_rate=tag(log,interval(1e-4,1e-1))"],
  ...["--study", study, "--trials", "2", "--pruner", "none", ...more],
];

/** Long enough for a signal to come in the middle. */
const LONG = "trainer.max_epochs=60";

/** Sends a signal as soon as a line shows that an epoch has ended. */
async function stopped(study: string, signal: NodeJS.Signals, epoch: number): Promise<string> {
  const { child, ended } = start(folder, words(study, LONG));
  let text = "";
  child.stderr.on("data", (part: string) => {
    text += part;
    // A second one would end it at once.
    if (!child.killed && text.includes(`epoch ${epoch}/60`)) child.kill(signal);
  });
  return (await ended).stderr;
}

const weights = (study: string, trial: number): Promise<Buffer> =>
  readFile(join(folder, "outputs/studies", study, String(trial), "checkpoints/best.safetensors"));

test("killed and interrupted, the same command goes on to the same bits", async () => {
  const whole = await run(folder, words("whole", LONG));
  expect(whole.stderr).toMatch(/trial 1: val\/acc_top1 [\d.]+; best is trial \d/);
  expect(whole.code).toBe(0);
  await stopped("broken", "SIGKILL", 3);
  expect(await stopped("broken", "SIGINT", 9)).toContain(
    "trial 0: interrupted; it goes on from its checkpoint",
  );
  const last = await run(folder, words("broken", LONG));
  expect(last.stderr).toContain("trial 0 goes on");
  expect(last.code).toBe(0);
  for (const trial of [0, 1]) expect(await weights("broken", trial)).toEqual(await weights("whole", trial));
  const rows = async (study: string): Promise<string[][]> => {
    const table = readCsv((await run(folder, ["search", "export", study, "--csv"])).stdout);
    const columns = table[0]!.flatMap((name, i) => (/^(started|ended|worker|deaths)$/.test(name) ? [] : [i]));
    return table.map((row) => columns.map((i) => row[i]!));
  };
  const table = await rows("whole");
  expect(table).toHaveLength(3);
  expect(await rows("broken")).toEqual(table);
}, 120_000);

test("several workers share a study; show gives the best settings as a command that trains them", async () => {
  const searched = await run(
    folder,
    words(
      "shared",
      "--workers",
      "2",
      "optimizer=adamw,sgd",
      'optimizer.momentum=tag("optimizer=sgd",choice(0.0,0.9))',
    ),
  );
  expect(searched.stderr).toMatch(/worker [12]: trial 1: val\/acc_top1/);
  expect(searched.code).toBe(0);
  const shown = await run(folder, ["search", "show", "shared"]);
  expect(shown.stdout).toContain("study shared: maximize val/acc_top1; 2 completed");
  expect(shown.stdout).toMatch(/classifier-training train .*model\.learning_rate=[\d.e-]+ optimizer=\w+/);
  const page = await readFile(join(folder, "outputs/studies/shared/study.html"), "utf8");
  expect(page).toContain("default-src 'none'");
}, 120_000);

test("with several seeds a trial reports the mean over its trainings, to which the later ones add", async () => {
  const searched = await run(folder, words("seeds", "search.seeds=[1,2]"));
  expect(searched.code).toBe(0);
  const study = join(folder, "outputs/studies/seeds");
  const curveOf = async (seed: number): Promise<number[]> => {
    const text = await readFile(join(study, "0", `seed=${seed}`, "objectives.json"), "utf8");
    return (JSON.parse(text) as { curve: [number, number][] }).curve.map(([, value]) => value);
  };
  const [first, second] = [await curveOf(1), await curveOf(2)];
  expect(first).not.toEqual(second);
  await using store = await StudyStore.open(join(study, "study.db"));
  const [trial] = await store.trials("seeds");
  expect(trial!.reports).toEqual(first.map((value, i) => [i + 1, (value + second[i]!) / 2]));
  expect(trial!.values).toEqual([(Math.max(...first) + Math.max(...second)) / 2]);
}, 120_000);

test("what cannot be searched is told in one line before the first trial", async () => {
  const refused = async (...given: string[]): Promise<string> =>
    (await run(folder, ["search", ...QUICK, "data.root=photos", ...given])).stderr;
  expect(await refused()).toContain("[SEARCH_SPACE]");
  expect(await refused("optimizer=choice(adamw,agd)")).toContain("agd");
  expect(await refused("seed=1,2", "--objectives", "val/acc")).toContain("[MONITOR_MODE]");
  expect(await refused("seed=1,2", "--storage", "postgres://127.0.0.1:1/none")).toContain(
    "[STORE_UNREACHABLE]",
  );
}, 60_000);
