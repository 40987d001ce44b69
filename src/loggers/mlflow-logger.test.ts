// Against a server on this machine that holds requests to MLflow's contract; against none; against one that comes back.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MLflowServer } from "../../test/support/mlflow-server.ts";
import type { LogRow } from "../train/index.ts";
import { MLflowLogger, type MLflowLoggerOptions } from "./mlflow-logger.ts";

let saveDir: string;
let lines: string[];
beforeEach(async () => {
  saveDir = join(await mkdtemp(join(tmpdir(), "mlflow-")), "run-1");
  lines = [];
});
afterEach(() => rm(join(saveDir, ".."), { recursive: true }));

const loggerAt = (trackingUri: string, options: Partial<MLflowLoggerOptions> = {}): MLflowLogger =>
  new MLflowLogger({ saveDir, trackingUri, pauses: [5, 5], write: (line) => lines.push(line), ...options });
const step = (n: number): LogRow => ({ kind: "step", epoch: 0, step: n, metrics: { "train/loss": 1 / n } });
const unsent = async (): Promise<string[]> =>
  (await readFile(join(saveDir, "mlflow-unsent.jsonl"), "utf8")).trim().split("\n");

test("experiment, parameters, metrics, pictures and the end arrive", async () => {
  await using server = await MLflowServer.start();
  await mkdir(join(saveDir, ".hydra"), { recursive: true });
  const settings = Array.from({ length: 150 }, (_, i) => `key${i},${i},conf`);
  await writeFile(
    join(saveDir, ".hydra", "origins.csv"),
    `key,value,source\n${settings.join("\n")}\nlong,${"x".repeat(7000)},conf\n`,
  );
  const logger = loggerAt(`${server.url}/`, { experimentName: "digits", tags: { who: "me" } });
  await logger.start({ afterStep: 0 });
  for (let n = 1; n <= 2500; n++) logger.log(step(n));
  const odd = { "val/acc_class_é(1)": 0.5, bad: Number.NaN, low: Number.NEGATIVE_INFINITY };
  logger.log({ kind: "epoch", epoch: 3, step: 2500, metrics: odd });
  logger.logImage("confusion matrix", Buffer.from("png"), 2500);
  await logger.finish("completed");
  expect(lines).toEqual([]);
  const run = server.runs.get("run0")!;
  expect(run).toMatchObject({ experiment: "digits", name: "run-1", status: "FINISHED", tags: { who: "me" } });
  expect(run.params.size).toBe(151);
  expect(run.params.get("key149")).toBe("149");
  expect(run.params.get("long")).toHaveLength(6000);
  const loss = run.metrics.filter(({ key }) => key === "train/loss");
  expect(loss.map(({ step: n, value }) => [n, value])).toEqual(
    Array.from({ length: 2500 }, (_, i) => [i + 1, 1 / (i + 1)]),
  );
  expect(Object.fromEntries(run.metrics.slice(2500).map(({ key, value }) => [key, value]))).toEqual({
    epoch: 3,
    "val/acc_class_é_1_": 0.5,
    bad: "NaN",
    low: "-Infinity",
  });
  expect([...run.artifacts.keys()]).toEqual(["pictures/confusion matrix/2500.png"]);
  expect(server.requests["runs/log-batch"]).toBeLessThan(10);
});

test("a user and password in the address are sent as a header, and told nowhere", async () => {
  await using server = await MLflowServer.start();
  server.authorization = `Basic ${Buffer.from("me:100% s/cret").toString("base64")}`;
  const logger = loggerAt(server.url.replace("//", "//me:100%%20s%2Fcret@"));
  await logger.start({ afterStep: 0 });
  logger.log(step(1));
  await logger.finish("completed");
  expect(lines).toEqual([]);
  expect(server.runs.get("run0")!.metrics).toHaveLength(1);
  expect(await readFile(join(saveDir, "mlflow.json"), "utf8")).not.toContain("cret");
  server.failing = 500;
  const failing = loggerAt("http://me:secret@127.0.0.1:1");
  await failing.start({ afterStep: 0 });
  failing.log(step(2));
  await failing.finish("completed");
  expect(lines.join()).toContain("MLflow at http://***@127.0.0.1:1 did not take");
  expect(lines.join()).not.toContain("secret");
});

test("a resumed run goes on with the same run; how a run ended is told", async () => {
  await using server = await MLflowServer.start();
  await mkdir(join(saveDir, ".hydra"), { recursive: true });
  for (const [afterStep, status, told] of [
    [0, "interrupted", "KILLED"],
    [2, "failed", "FAILED"],
    [2, "stopped", "FINISHED"],
  ] as const) {
    await writeFile(join(saveDir, ".hydra", "origins.csv"), `key,value,source\nckpt,${status},conf\n`);
    const logger = loggerAt(server.url);
    await logger.start({ afterStep });
    logger.log(step(afterStep + 1));
    await logger.finish(status);
    expect(lines).toEqual([]);
    expect(server.runs.size).toBe(1);
    expect(server.runs.get("run0")!.status).toBe(told);
  }
  expect(server.runs.get("run0")!.metrics.map((metric) => metric.step)).toEqual([1, 3, 3]);
  expect(server.requests["runs/update"]).toBe(5);
});

test("without a server training goes on: one warning, every row kept and counted", async () => {
  const server = await MLflowServer.start();
  const { url } = server;
  await server[Symbol.asyncDispose]();
  const logger = loggerAt(url);
  await logger.start({ afterStep: 0 });
  for (let n = 1; n <= 3000; n++) logger.log(step(n));
  await logger.finish("completed");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^warning: MLflow at http.* \(connect ECONNREFUSED .*\), which is kept in .*mlflow-unsent\.jsonl$/,
  );
  expect(lines[1]).toMatch(/^warning: 3000 values were not sent to MLflow: /);
  const kept = (await unsent()).map((line) => JSON.parse(line) as { metric: { step: number } });
  expect(kept.map(({ metric }) => metric.step)).toEqual(Array.from({ length: 3000 }, (_, i) => i + 1));
});

test("a server that is away for a moment loses nothing; one that comes back is used again", async () => {
  await using server = await MLflowServer.start();
  server.failing = 503;
  const logger = loggerAt(server.url, { pauses: [20, 20, 2000] });
  await logger.start({ afterStep: 0 });
  logger.log(step(1));
  setTimeout(() => {
    server.failing = undefined;
  }, 30);
  await logger.finish("completed");
  expect(lines).toEqual([]);
  expect(server.runs.get("run0")!.metrics).toHaveLength(1);
});

test("what the server refuses for good is not tried again", async () => {
  await using server = await MLflowServer.start();
  server.authorization = "Bearer secret";
  const logger = loggerAt(server.url);
  await logger.start({ afterStep: 0 });
  logger.log(step(1));
  await logger.finish("completed");
  expect(lines[0]).toContain("401 UNAUTHENTICATED who are you?");
  expect(server.requests["experiments/get-by-name"]).toBeUndefined();
  expect(await unsent()).toHaveLength(1);
});

test("logging never waits, and a full queue spills into the file", async () => {
  await using server = await MLflowServer.start();
  server.failing = 503;
  const logger = loggerAt(server.url, { pauses: [10_000], patience: 50 });
  await logger.start({ afterStep: 0 });
  for (let n = 1; n <= 12_000; n++) logger.log(step(n));
  await logger.finish("completed");
  expect(await unsent()).toHaveLength(12_000);
});

test("only servers are logged to", () => {
  for (const uri of ["./mlruns", "file:///tmp/mlruns", "databricks", "sqlite:///mlflow.db"]) {
    expect(MLflowLogger.schema.safeParse({ saveDir, trackingUri: uri }).success, uri).toBe(false);
  }
  expect(existsSync(saveDir)).toBe(false);
});
