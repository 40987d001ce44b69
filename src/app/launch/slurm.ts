// A job of Slurm: the script that sbatch takes.
import { type ClusterJob, GRACE_SECONDS, resumable } from "./job.ts";

/** What only Slurm has. */
export interface SlurmOptions {
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  /** The program to start, as words: Node.js and this toolkit's. */
  readonly program: readonly string[];
  /** Where the job is to run: relative paths count from there. */
  readonly directory: string;
}

/**
 * The script: processes by `srun` with PMIx, bound as the cluster does it, or an array of which each task is a worker of a study. Ahead of
 * the end of its time, or where it is pre-empted, the run saves a checkpoint and the job is queued again, to go on from there; `scancel`
 * ends it.
 */
export function slurmScript(job: ClusterJob, options: SlurmOptions): string {
  const { name, workers, nodes, ranksPerNode, cpusPerRank, time, memory } = job;
  const given = [
    ["job-name", name],
    ["array", workers === undefined ? undefined : `0-${workers - 1}`],
    ["nodes", nodes],
    ["ntasks-per-node", ranksPerNode],
    ["cpus-per-task", cpusPerRank],
    ["time", time],
    ["mem", memory],
    ["partition", options.partition],
    ["account", options.account],
    ["output", workers === undefined ? `${name}-%j.log` : `${name}-%A_%a.log`],
    ["open-mode", "append"],
    ["signal", `USR1@${GRACE_SECONDS}`],
  ].filter(([, value]) => value !== undefined);
  const folder = `outputs/${name}-$SLURM_JOB_ID`;
  const words =
    workers === undefined
      ? resumable(job.words, folder).map((word) => (word.endsWith(folder) ? word : quoted(word)))
      : job.words.map(quoted);
  const joined = workers === undefined ? "pmix" : "none";
  const bound = cpusPerRank === undefined ? "" : ` --cpus-per-task=${cpusPerRank}`;
  return `#!/bin/bash
${given.map(([key, value]) => `#SBATCH --${key}=${value}`).join("\n")}
#SBATCH --requeue

cd ${quoted(options.directory)} || exit 1
# The signals are for the processes of srun: this script waits for them.
trap : TERM USR1
srun --mpi=${joined}${bound} ${options.program.map(quoted).join(" ")} ${words.join(" ")} &
step=$!
wait "$step"
code=$?
# A signal ends the waiting, not the step.
while kill -0 "$step" 2>/dev/null; do
  wait "$step"
  code=$?
done
# 143: stopped behind a step, with a checkpoint. A job that was cancelled stays so.
if [ "$code" -eq 143 ] && [ "$(squeue -h -j "$SLURM_JOB_ID" -o %T)" != CANCELLED ]; then
  scontrol requeue "$SLURM_JOB_ID" && sleep 60
fi
exit "$code"
`;
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
