// A Slurm of a test's own on this machine, without systemd: one node of two processors, a partition that is pre-empted and one that
// pre-empts. Where that cannot be had, the reason.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noMpirun } from "../collective/mpirun.ts";

const SERVERS = ["munged", "slurmctld", "slurmd"];

/** Why there is no Slurm; undefined: there is. */
export const noSlurm: string | undefined = reason();

function reason(): string | undefined {
  const missing = missingPart();
  if (missing !== undefined) console.log(`tests of Slurm are skipped: ${missing}`);
  return missing;
}

function missingPart(): string | undefined {
  if (noMpirun !== undefined) return noMpirun;
  if (process.getuid?.() !== 0) return "its node's server runs as root";
  for (const name of [...SERVERS, "sbatch"])
    if (programOf(name) === undefined)
      return `no ${name} (apt-get install slurmctld slurmd slurm-client munge libpmix-dev)`;
  try {
    const plugins = execFileSync("srun", ["--mpi=list"], {
      env: { ...process.env, SLURM_CONF: "/dev/null" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return plugins.includes("pmix") ? undefined : "it has no PMIx";
  } catch {
    // It does not say without a configuration.
    return undefined;
  }
}

function programOf(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A cluster of one node. Disposing of it ends it, with its jobs. */
export interface TestSlurm extends AsyncDisposable {
  /** By which its commands find it. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs one of its commands and gives back what it prints. */
  run(command: string, ...words: string[]): string;
  /** Settles when something is so. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Settles when jobs of that name are neither queued nor running. */
  finished(name: string): Promise<void>;
}

/** Starts it. */
export async function startSlurm(): Promise<TestSlurm> {
  const folder = mkdtempSync(join(tmpdir(), "classifier-training-slurm-"));
  const path = (name: string): string => join(folder, name);
  for (const name of ["state", "spool"]) mkdirSync(path(name));
  writeFileSync(path("munge.key"), randomBytes(1024), { mode: 0o400 });
  const [controller, node] = [await freePort(), await freePort()];
  writeFileSync(path("slurm.conf"), configuration(folder, controller, node));
  const environment = { ...process.env, SLURM_CONF: path("slurm.conf") };
  const children: ChildProcess[] = [];
  const serve = (name: string, ...words: string[]): void => {
    children.push(spawn(programOf(name)!, words, { env: environment, stdio: "ignore" }));
  };
  const files = [
    "key-file=munge.key",
    "socket=munge.socket",
    "pid-file=munge.pid",
    "log-file=munge.log",
    "seed-file=munge.seed",
  ];
  serve("munged", "--foreground", "--force", ...files.map((file) => `--${file.replace("=", `=${folder}/`)}`));
  const run = (command: string, ...words: string[]): string =>
    execFileSync(command, words, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (const begin = performance.now(); !isSo(); await sleep(200))
      if (performance.now() - begin > 120_000) throw new Error(`${what} in vain\n${logs(folder)}`);
  };
  await until("waited for munge", () => existsSync(path("munge.socket")));
  serve("slurmctld", "-D", "-f", path("slurm.conf"));
  serve("slurmd", "-D", "-f", path("slurm.conf"));
  const says = (expected: RegExp, command: string, ...words: string[]): boolean => {
    try {
      return expected.test(run(command, ...words));
    } catch {
      return false;
    }
  };
  await until("waited for the node", () => says(/idle/, "sinfo", "-h", "-o", "%T"));
  return {
    environment: { SLURM_CONF: path("slurm.conf") },
    run,
    until,
    finished: (name) =>
      until(`waited for job ${name}`, () => says(/^$/, "squeue", "-h", "-n", name, "-o", "%T")),
    [Symbol.asyncDispose]: async () => {
      try {
        run("scancel", "--user", "root");
        await until("cancelled jobs", () => says(/^$/, "squeue", "-h"));
      } finally {
        for (const child of children.reverse()) await ended(child);
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** A job that is queued again begins when its old credentials have expired: soon. */
function configuration(folder: string, controller: number, node: number): string {
  const host = hostname().split(".")[0];
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
ReturnToService=2
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=10
NodeName=${host} NodeAddr=127.0.0.1 Port=${node} CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=60 MaxTime=INFINITE State=UP
PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE State=UP
`;
}

/** The last lines of what its servers say. */
function logs(folder: string): string {
  return ["munge.log", "slurmctld.log", "slurmd.log"]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => `${path}:\n${readFileSync(path, "utf8").split("\n").slice(-15).join("\n")}`)
    .join("\n");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(late);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
