// What a launcher is asked for: how many processes, where, with what, and the command that each of them runs.
import { ClassifierTrainingError } from "../../core/index.ts";

/** A job of a cluster: `ranksPerNode` processes on each of `nodes` hosts, or workers of a study by themselves. */
export interface ClusterJob {
  readonly name: string;
  /** Workers of a study, each a process of its own; undefined: the processes train together. */
  readonly workers: number | undefined;
  readonly nodes: number;
  readonly ranksPerNode: number;
  /** Cores of each process; undefined: as the cluster gives them. */
  readonly cpusPerRank: number | undefined;
  /** Longest time, as `HH:MM:SS` or `D-HH:MM:SS`; undefined: the cluster's. */
  readonly time: string | undefined;
  /** Memory of each node, such as `32G`; undefined: the cluster's. */
  readonly memory: string | undefined;
  /** Words of the command line behind `classifier-training`. */
  readonly words: readonly string[];
}

/** Seconds that a run is told ahead that its time is over: the step in progress is finished, and a checkpoint written. */
export const GRACE_SECONDS = 90;

/**
 * Checks that the words train one run, or let one process work on a study.
 * @throws ClassifierTrainingError kind "usage" `LAUNCH_COMMAND`
 */
export function checkCommand({
  words,
  workers,
  nodes,
  ranksPerNode,
}: Pick<ClusterJob, "words" | "workers" | "nodes" | "ranksPerNode">): void {
  const [command = "nothing", part] = words;
  if (command === "search" && part === "join") {
    if (workers !== undefined && nodes * ranksPerNode === 1) return;
    throw refused("a worker of a study is a process by itself", "say --workers N instead of nodes and ranks");
  }
  if (workers !== undefined)
    throw refused("--workers is for search join", "say --nodes and --ranks-per-node");
  const sweeps = words.some((word) => word === "-m" || word === "--multirun");
  if (command === "train" && !sweeps) return;
  throw refused(
    `${sweeps ? "a sweep" : command} is for one process`,
    "give what is to be trained behind --, as in: launch slurm --nodes 2 -- train data.root=/data/photos",
  );
}

function refused(message: string, hint: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "LAUNCH_COMMAND", message, { hint });
}

/**
 * The words with a folder of the run's own and the checkpoint that lies there, so that a job that is started again goes on;
 * what the words say about either stays.
 */
export function resumable(words: readonly string[], folder: string): string[] {
  const says = (key: string): boolean => words.some((word) => word.replace(/^\++/, "").startsWith(`${key}=`));
  return [
    ...words,
    ...(says("hydra.run.dir") ? [] : [`hydra.run.dir=${folder}`]),
    ...(says("ckpt") ? [] : ["ckpt=last"]),
  ];
}
