// Starts the processes of a test, where Open MPI is there.
import { execFileSync } from "node:child_process";

/** What starts processes: Open MPI's, and MPICH's. */
export type Launcher = "mpirun" | "mpiexec.hydra";

/** Why processes cannot be started here; undefined: they can. */
export const noMpirun: string | undefined = missing("mpirun", "openmpi-bin libopenmpi3");
/** The same of MPICH, whose handles are numbers. */
export const noMpich: string | undefined = missing("mpiexec.hydra", "mpich");

function missing(launcher: Launcher, packages: string): string | undefined {
  try {
    execFileSync(launcher, ["--version"], { stdio: "pipe" });
    return undefined;
  } catch {
    const why = `no ${launcher} (apt-get install ${packages})`;
    console.log(`tests of several processes are skipped: ${why}`);
    return why;
  }
}

/** Open MPI's own switches: as root, with more processes than cores that share them politely. */
export const mpiEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: "1",
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1",
  OMPI_MCA_rmaps_base_oversubscribe: "1",
  OMPI_MCA_mpi_yield_when_idle: "1",
};

/** What a program of TypeScript prints when so many processes run it. */
export function runTogether(processes: number, program: string, launcher: Launcher = "mpirun"): string {
  const command = ["-n", String(processes), process.execPath, "--import", "tsx", program];
  return execFileSync(launcher, command, { env: mpiEnvironment, encoding: "utf8" });
}
