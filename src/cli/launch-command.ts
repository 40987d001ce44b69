// classifier-training launch: a training as a job of Slurm or Kubernetes.
import { Command, InvalidArgumentError } from "commander";
import { packageVersion } from "../app/package-version.ts";
import { writeLine } from "./output.ts";

interface LaunchFlags {
  readonly name: string;
  readonly nodes: number;
  readonly ranksPerNode: number;
  readonly cpusPerRank?: number;
  readonly time?: string;
  readonly memory?: string;
  readonly dryRun?: boolean;
  readonly submit?: boolean;
}

interface SlurmFlags extends LaunchFlags {
  readonly workers?: number;
  readonly partition?: string;
  readonly account?: string;
}

interface KubernetesFlags extends LaunchFlags {
  readonly image: string;
  readonly namespace?: string;
  readonly claim: string;
  readonly directory: string;
}

const EXAMPLES = `
Examples:
  classifier-training launch slurm --nodes 2 --ranks-per-node 4 --cpus-per-rank 8 --time 08:00:00 -- train data.root=/data/photos
  classifier-training launch slurm --nodes 2 --submit -- train data.root=/data/photos
  classifier-training launch slurm --workers 8 --cpus-per-rank 8 --submit -- search join shirts --storage postgres://me@host/database
  classifier-training launch kubernetes --nodes 4 --image me/classifier-training --claim photos --dry-run -- train data.root=photos`;

/** Writes what the cluster takes; prints it with `--dry-run`, hands it over with `--submit`. */
export function launchCommand(): Command {
  const slurm = withJobFlags(new Command("slurm"))
    .description(
      "a script for sbatch: srun with PMIx, checkpoint and requeue where its time ends or it is pre-empted",
    )
    .option("--workers <n>", "an array of so many workers of a study: search join", count)
    .option("--partition <name>", "partition of the cluster")
    .option("--account <name>", "account that pays")
    .action(launchSlurm);
  const kubernetes = withJobFlags(new Command("kubernetes"))
    .description("an MPIJob (kubeflow v2beta1) and the Dockerfile of its image")
    .option("--image <name>", "name of the image that the Dockerfile makes", "classifier-training:latest")
    .option("--namespace <name>", "namespace of the job")
    .option("--claim <name>", "claim of the volume that all pods share", "classifier-training")
    .option("--directory <path>", "where it is mounted, and where the training runs", "/work")
    .action(launchKubernetes);
  return new Command("launch")
    .description("train on a cluster: write, print or submit a job of Slurm or Kubernetes")
    .addHelpText("after", EXAMPLES)
    .addCommand(slurm.exitOverride())
    .addCommand(kubernetes.exitOverride());
}

function withJobFlags(command: Command): Command {
  return command
    .argument("<command...>", "behind --, what to run: train and its settings, or search join")
    .option("--name <name>", "name of the job and its files", jobName, "classifier-training")
    .option("--nodes <n>", "hosts", count, 1)
    .option("--ranks-per-node <n>", "processes on each host", count, 1)
    .option("--cpus-per-rank <n>", "cores of each process", count)
    .option("--time <time>", "longest time, HH:MM:SS or D-HH:MM:SS", duration)
    .option("--memory <size>", "memory of each host, such as 32G", size)
    .option("--dry-run", "print, and write nothing")
    .option("--submit", "hand the job over as well")
    .option("--debug", "show stack traces of errors");
}

async function launchSlurm(words: readonly string[], flags: SlurmFlags): Promise<void> {
  const { slurmScript } = await import("../app/launch/slurm.ts");
  const script = slurmScript(await jobOf(words, flags), {
    partition: flags.partition,
    account: flags.account,
    program: [process.execPath, process.argv[1]!],
    directory: process.cwd(),
  });
  const path = `${flags.name}.sbatch`;
  await hand([{ path, text: script }], flags, ["sbatch", path]);
}

async function launchKubernetes(words: readonly string[], flags: KubernetesFlags): Promise<void> {
  const { dockerfile, mpiJob } = await import("../app/launch/kubernetes.ts");
  const manifest = mpiJob(await jobOf(words, flags), flags);
  const path = `${flags.name}.yaml`;
  const files = [
    { path: `${flags.name}.Dockerfile`, text: dockerfile(packageVersion()) },
    { path, text: manifest },
  ];
  await hand(files, flags, ["kubectl", "apply", "-f", path]);
}

async function jobOf(
  words: readonly string[],
  flags: LaunchFlags & Pick<SlurmFlags, "workers">,
): Promise<import("../app/launch/job.ts").ClusterJob> {
  const { checkCommand } = await import("../app/launch/job.ts");
  const { name, workers, nodes, ranksPerNode, cpusPerRank, time, memory } = flags;
  checkCommand({ words, workers, nodes, ranksPerNode });
  return { name, workers, nodes, ranksPerNode, cpusPerRank, time, memory, words };
}

async function hand(
  files: readonly { readonly path: string; readonly text: string }[],
  { dryRun, submit: submits }: LaunchFlags,
  [command = "", ...words]: readonly string[],
): Promise<void> {
  if (dryRun === true) {
    process.stdout.write(
      files.map(({ path, text }) => (files.length > 1 ? `# ${path}\n${text}` : text)).join("\n"),
    );
    return;
  }
  const { submit, writeJob } = await import("../app/launch/launch.ts");
  await writeJob(files);
  writeLine(`wrote ${files.map(({ path }) => path).join(" and ")}`);
  if (submits === true) await submit(command, words);
  else writeLine(`hand it over with: ${[command, ...words].join(" ")}`);
}

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number from 1 is needed.");
}

function jobName(text: string): string {
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError("small letters, digits and dashes are needed, beginning with a letter.");
}

function duration(text: string): string {
  if (/^(\d+-)?\d{1,2}:\d{2}:\d{2}$/.test(text)) return text;
  throw new InvalidArgumentError("HH:MM:SS or D-HH:MM:SS is needed.");
}

function size(text: string): string {
  if (/^\d+[KMGT]$/.test(text)) return text;
  throw new InvalidArgumentError("a number and one of K, M, G and T are needed, such as 32G.");
}
