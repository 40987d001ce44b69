// What the environment keeps secret, and passwords in addresses, stay there: searched for in all that a run writes,
// sends and says.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCsv } from "../../src/core/index.ts";
import { MLflowServer } from "../support/mlflow-server.ts";
import { QUICK, removeFolder, start, temporaryFolder, writeColourPictures } from "./command.ts";

const TOKEN = "planted-in-the-environment";
const PASSWORD = "planted-in-an-address";
const PLANTED: readonly string[] = [TOKEN, PASSWORD, Buffer.from(`me:${PASSWORD}`).toString("base64")];

const EXPERIMENT = `# @package _global_
defaults:
  - override /logger: mlflow
logger:
  mlflow:
    experiment_name: planted
  jsonl:
    _target_: JSONLinesLogger
    save_dir: \${hydra:runtime.output_dir}
  tensorboard:
    _target_: TensorBoardLogger
    save_dir: \${hydra:runtime.output_dir}/tensorboard
    hparams:
      token: \${oc.env:PLANTED_TOKEN}
      rate: \${model.learning_rate}
      address: http://me:${PASSWORD}@tracker
callbacks:
  report: {_target_: RunReport, dirpath: "\${hydra:runtime.output_dir}", monitor: val/acc_top1, mode: max}
hydra:
  job:
    env_copy: [PLANTED_TOKEN]
`;

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  await mkdir(join(folder, "own", "experiment"), { recursive: true });
  await writeFile(join(folder, "own", "experiment", "planted.yaml"), EXPERIMENT);
});
afterAll(() => removeFolder(folder));

function train(
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): ReturnType<typeof start>["ended"] {
  const all = ["train", ...QUICK, "--config-dir", "own", "experiment=planted", "data.root=photos", ...words];
  return start(folder, all, { PLANTED_TOKEN: TOKEN, ...environment }).ended;
}

function expectNone(text: string | Buffer, where: string): void {
  for (const planted of PLANTED) expect(text.includes(planted), `${planted} in ${where}`).toBe(false);
}

async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

test("a whole run", async () => {
  await using server = await MLflowServer.start();
  server.authorization = `Basic ${Buffer.from(`me:${PASSWORD}`).toString("base64")}`;
  const address = server.url.replace("//", `//me:${PASSWORD}@`);
  const result = await train(
    { MLFLOW_TRACKING_URI: address },
    "hydra.run.dir=run",
    "trainer.max_epochs=2",
    `+logger.mlflow.tags.place=http://me:${PASSWORD}@place`,
  );
  expect(result.stderr).toContain("completed");
  const files = await filesOf(join(folder, "run"));
  const names = files.map((file) => file.slice(folder.length + 5));
  expect(names).toEqual(
    expect.arrayContaining(["report.html", "mlflow.json", join(".hydra", "origins.csv")]),
  );
  for (const file of files) expectNone(await readFile(file), file);
  expectNone(result.stderr, "stderr");
  expectNone(result.stdout, "stdout");
  const run = server.runs.get("run0")!;
  expect(run.params.get("logger.mlflow.tracking_uri")).toBe(
    "${oc.env:MLFLOW_TRACKING_URI,http://127.0.0.1:5000}",
  );
  expect(run.params.get("logger.tensorboard.hparams.token")).toBe("${oc.env:PLANTED_TOKEN}");
  expect(run.params.get("logger.tensorboard.hparams.rate")).toBe("0.02");
  expectNone(server.received.toString().replaceAll(JSON.stringify(run.tags.place), ""), "MLflow's requests");
  // A tag is a message to the server, in the user's own words.
  expect(run.tags.place).toContain(PASSWORD);
  const rows = readCsv(await readFile(join(folder, "run", ".hydra", "origins.csv"), "utf8"));
  expect(rows).toContainEqual([
    "logger.tensorboard.hparams.address",
    "http://***@tracker",
    expect.stringContaining("planted.yaml"),
  ]);
});

test.each([
  ["a value that does not fit", ["trainer.max_epochs=${oc.env:PLANTED_TOKEN}"], "CONFIG_VALUE"],
  [
    "a value that cannot be decoded",
    ["trainer.max_epochs=\"${oc.decode:'${oc.env:PLANTED_TOKEN} ]'}\""],
    "INTERPOLATION_SYNTAX",
  ],
  [
    "an address where it does not belong",
    [`logger.mlflow.tracking_url=http://me:${PASSWORD}@host`],
    "CONFIG_KEY_UNKNOWN",
  ],
])("%s", async (_, words, code) => {
  const result = await train({}, "hydra.run.dir=failed", ...words);
  expect(result.stderr).toContain(code);
  expect(result.code).toBe(2);
  expectNone(result.stderr, "stderr");
});

test("a tracker that is not there", async () => {
  const result = await train(
    { MLFLOW_TRACKING_URI: `http://me:${PASSWORD}@127.0.0.1:1` },
    "hydra.run.dir=alone",
    "trainer.max_epochs=1",
  );
  expect(result.stderr).toContain("MLflow at http://***@127.0.0.1:1 did not take");
  expectNone(result.stderr, "stderr");
  for (const file of await filesOf(join(folder, "alone"))) expectNone(await readFile(file), file);
});
