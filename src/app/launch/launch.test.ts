// Jobs of clusters: what is asked for is in them, the shell reads them, and words arrive as they were given.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { type ClusterJob, checkCommand } from "./job.ts";
import { dockerfile, mpiJob } from "./kubernetes.ts";
import { writeJob } from "./launch.ts";
import { slurmScript } from "./slurm.ts";

const JOB: ClusterJob = {
  name: "pets",
  workers: undefined,
  nodes: 2,
  ranksPerNode: 4,
  cpusPerRank: 8,
  time: "1-02:00:00",
  memory: "64G",
  words: ["train", "data.root=/data/my photos", "callbacks={}", "model.name='it''s'"],
};

test("Slurm's script asks for what was asked for", () => {
  const script = slurmScript(JOB, { partition: "long", program: ["node", "ct.js"], directory: "/data" });
  for (const line of [
    "nodes=2",
    "ntasks-per-node=4",
    "cpus-per-task=8",
    "time=1-02:00:00",
    "mem=64G",
    "partition=long",
  ])
    expect(script).toContain(`#SBATCH --${line}\n`);
  expect(script).not.toContain("account");
  execFileSync("bash", ["-n"], { input: script });
});

test("Slurm's processes get the words, a folder of the job's own and its last checkpoint", async () => {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-launch-"));
  const fake = `${folder}/srun`;
  await writeFile(fake, '#!/bin/bash\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const script = slurmScript(JOB, { program: ["node", "ct.js"], directory: folder });
  const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}`, SLURM_JOB_ID: "7" };
  const words = execFileSync("bash", { input: script, env: environment, encoding: "utf8" })
    .trim()
    .split("\n");
  const given = [...JOB.words, "hydra.run.dir=outputs/pets-7", "ckpt=last"];
  expect(words).toEqual(["--mpi=pmix", "--cpus-per-task=8", "node", "ct.js", ...given]);
  await rm(folder, { recursive: true });
});

test("what the words say about folder and checkpoint stays", () => {
  const words = ["train", "hydra.run.dir=mine", "ckpt=mine/last.safetensors"];
  const script = slurmScript({ ...JOB, words }, { program: ["ct"], directory: "/" });
  expect(script).toContain("ct train hydra.run.dir=mine ckpt=mine/last.safetensors &");
});

test("Kubernetes' job has a launcher with the words and a worker on each node", () => {
  const options = { image: "me/ct:1", namespace: "vision", claim: "photos", directory: "/work" };
  const job = parse(mpiJob(JOB, options));
  expect(job).toMatchObject({
    apiVersion: "kubeflow.org/v2beta1",
    kind: "MPIJob",
    metadata: { name: "pets", namespace: "vision" },
  });
  expect(job.spec).toMatchObject({ slotsPerWorker: 4, runPolicy: { activeDeadlineSeconds: 26 * 3600 } });
  const { Launcher, Worker } = job.spec.mpiReplicaSpecs;
  expect(Worker.replicas).toBe(2);
  const [worker] = Worker.template.spec.containers;
  expect(worker).toMatchObject({ image: "me/ct:1", resources: { limits: { cpu: 32, memory: "64Gi" } } });
  const [launcher] = Launcher.template.spec.containers;
  expect(launcher.command).toEqual(expect.arrayContaining(["-np", "8", ...JOB.words, "ckpt=last"]));
  expect(dockerfile("1.2.3")).toContain("classifier-training@1.2.3");
});

test("Kubernetes' launcher passes SIGTERM on as SIGUSR1, and ends with the code of what it runs", () => {
  const job = parse(mpiJob(JOB, { image: "i", claim: "c", directory: "/work" }));
  const [bash, option, script] = job.spec.mpiReplicaSpecs.Launcher.template.spec.containers[0].command;
  const child = [
    "bash",
    "-c",
    "trap 'echo asked; exit 143' USR1; sleep 0.3; kill -TERM $PPID; sleep 5 & wait",
  ];
  const run = `"$@"; echo "code $?"`;
  const output = execFileSync("bash", ["-c", run, "x", bash, option, script, "launcher", ...child], {
    encoding: "utf8",
  });
  expect(output).toBe("asked\ncode 143\n");
});

test("Slurm's array has a worker of the study in each task, by itself", () => {
  const words = ["search", "join", "shirts", "--storage", "postgres://me@host/studies"];
  const job = { ...JOB, words, workers: 8, nodes: 1, ranksPerNode: 1 };
  const script = slurmScript(job, { program: ["node", "ct.js"], directory: "/data" });
  expect(script).toContain("#SBATCH --array=0-7\n");
  expect(script).toContain("#SBATCH --output=pets-%A_%a.log\n");
  expect(script).toContain(`srun --mpi=none --cpus-per-task=8 node ct.js ${words.join(" ")} &\n`);
  execFileSync("bash", ["-n"], { input: script });
});

test("trainings and workers of studies are launched", () => {
  const check = (words: readonly string[], given: Partial<ClusterJob> = {}) =>
    checkCommand({ ...JOB, words, ...given });
  const alone = { nodes: 1, ranksPerNode: 1 };
  expect(() => check(["train", "seed=1"])).not.toThrow();
  expect(() => check(["search", "join", "shirts"], { workers: 3, ...alone })).not.toThrow();
  expect(() => check(["test"])).toThrow("test is for one process");
  expect(() => check(["train", "-m", "seed=1,2"])).toThrow("a sweep is for one process");
  expect(() => check(["train", "seed=1"], { workers: 3 })).toThrow("--workers is for search join");
  expect(() => check(["search", "join", "shirts"], alone)).toThrow("a process by itself");
  expect(() => check(["search", "join", "shirts"], { workers: 3 })).toThrow("a process by itself");
});

test("another file of that name stays", async () => {
  const folder = await mkdtemp(join(tmpdir(), "classifier-training-launch-"));
  const path = join(folder, "pets.sbatch");
  await writeJob([{ path, text: "one" }]);
  await writeJob([{ path, text: "one" }]);
  await expect(writeJob([{ path, text: "two" }])).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect(await readFile(path, "utf8")).toBe("one");
  await rm(folder, { recursive: true });
});
