// A tiny training through the studio's answers: started, seen, stopped, gone on with to its end, and what is refused.

import { join } from "node:path";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  QUICK,
  removeFolder,
  start,
  temporaryFolder,
  writeColourPictures,
} from "../../../test/e2e/command.ts";
import { refuse } from "../http/answers.ts";
import { TableThread } from "../tables/table-thread.ts";
import type { FormSetting, RunDetail, RunRow, StartedTraining } from "./api.ts";
import { runRoutes } from "./run-routes.ts";
import { StudioRuns } from "./studio-runs.ts";
import { trainRoutes } from "./train-routes.ts";

let folder: string;
let app: Hono;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const runs = new StudioRuns({
    runs: join(folder, "runs"),
    data: undefined,
    pictures: undefined,
    imports: [],
    tables: new TableThread(undefined),
  });
  app = new Hono();
  app.route("/runs", runRoutes(runs));
  app.route("/train", trainRoutes(runs));
  app.onError((error, c) => refuse(error, c, () => undefined));
});
afterAll(() => removeFolder(folder));

/** A network that comes with the toolkit: this process and the command line must know it both. */
const WORDS = [
  ...QUICK.slice(2).filter((word) => !word.startsWith("model=")),
  "model=squeezenet1_1",
  "data.image_size=32",
];
const settings = WORDS.map((word) => word.split("=") as [string, string]);

const training = (...more: readonly FormSetting[]): readonly FormSetting[] => [
  ...settings.filter(([key]) => !more.some(([own]) => own === key)),
  ["data.root", join(folder, "photos")],
  ...more,
];

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const response = await app.request(
    path,
    body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
  );
  return (await response.json()) as T;
}

/** Waits for a run that is so. */
async function runThat(is: (run: RunRow) => boolean): Promise<RunRow> {
  for (;;) {
    const run = (await ask<RunRow[]>("/runs")).find(is);
    if (run !== undefined) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const runUntil = (id: string, done: (run: RunRow) => boolean): Promise<RunRow> =>
  runThat((run) => run.id === id && done(run));

test("a training is started, stopped and gone on with", async () => {
  const request = { settings: training(["trainer.max_epochs", "100000"]), words: [] };
  const { id } = await ask<StartedTraining>("/train/start", request);
  expect(id).toBeDefined();
  await runUntil(id, ({ epochs, canBeStopped }) => epochs > 0 && canBeStopped);
  expect(await ask(`/runs/${id}/resume`, {})).toMatchObject({ error: { code: "NOT_RESUMABLE" } });
  expect(await ask(`/runs/${id}/stop`, {})).toEqual({});
  const stopped = await runUntil(id, ({ status }) => status === "interrupted");
  expect(stopped.canBeResumed).toBe(true);
  const detail = await ask<RunDetail>(`/runs/${id}`);
  expect(detail.overrides).toContain("model=squeezenet1_1");
  expect(detail.asSettings).toContainEqual(["trainer.max_epochs", "100000"]);
  expect(await ask(`/runs/${id}/log`)).toMatchObject({ text: expect.stringContaining("SIGINT") });
  await runUntil(id, ({ canBeResumed }) => canBeResumed);
  expect(await resumed(id, stopped.epochs + 1)).toEqual({});
  const ended = await runUntil(id, ({ status }) => status === "completed");
  expect(ended.epochs).toBe(stopped.epochs + 1);
  const refused = await ask<{ readonly error: { readonly message: string } }>(`/runs/${id}/stop`, {});
  expect(refused).toMatchObject({ error: { code: "NOT_STOPPABLE" } });
  expect(refused.error.message).toMatch(/ended already/);
  expect(refused.error.message).not.toContain("\n");
});

/** The process that was stopped may need a moment to be gone. */
async function resumed(id: string, maxEpochs: number): Promise<unknown> {
  for (;;) {
    const answer = await ask<{ readonly error?: unknown }>(`/runs/${id}/resume`, { maxEpochs });
    if (answer.error === undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("one that was started in a terminal is seen and stopped too", async () => {
  const words = [
    "train",
    ...WORDS,
    "data.root=photos",
    "hydra.run.dir=runs/elsewhere",
    "trainer.max_epochs=100000",
  ];
  const { ended, child } = start(folder, words);
  try {
    const { id } = await runThat(({ name, epochs }) => name === "elsewhere" && epochs > 0);
    expect(await ask(`/runs/${id}/stop`, {})).toEqual({});
    expect((await ended).code).toBe(130);
  } finally {
    child.kill("SIGKILL");
  }
});

test("one that cannot begin says why", async () => {
  const { id } = await ask<StartedTraining>("/train/start", {
    settings: training(["data.root", join(folder, "nowhere")]),
    words: [],
  });
  const run = await runUntil(id, ({ status }) => status === "not started");
  expect(run.reason).toContain("nowhere");
});

test("one that is stopped before it has begun says so", async () => {
  const { id } = await ask<StartedTraining>("/train/start", { settings: training(), words: [] });
  expect(await ask(`/runs/${id}/stop`, {})).toEqual({});
  const run = await runUntil(id, ({ status }) => status === "not started");
  expect(run.reason).toBe("it was stopped by SIGINT before it had begun");
});

test.each([
  ["/train/start", { settings: [["trainer.max_epochs", "many"]], words: [] }, "TRAINING_SETTINGS"],
  ["/train/start", { settings: [["a=b c", "1"]], words: [] }, "OPTIONS"],
  ["/train/form", "nonsense", "OPTIONS"],
  ["/runs/unknown/stop", {}, "NOT_FOUND"],
  ["/runs/..%2f..%2fetc/resume", {}, "NOT_FOUND"],
] as const)("%s refuses %j", async (path, body, code) => {
  expect(await ask(path, body)).toMatchObject({ error: { code } });
});

test("no run is written outside of the folder of runs", async () => {
  const answer = await ask("/train/start", { settings: training(), words: [`hydra.run.dir=${folder}/away`] });
  expect(answer).toMatchObject({ error: { code: "RUN_FOLDER_OUTSIDE" } });
});
