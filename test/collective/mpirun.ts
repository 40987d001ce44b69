// Starts the processes of a test, where Open MPI is there.
import { execFileSync } from "node:child_process";

/** Why processes cannot be started here; undefined: they can. */
export const noMpirun: string | undefined = missing();

function missing(): string | undefined {
  try {
    execFileSync("mpirun", ["--version"], { stdio: "pipe" });
    return undefined;
  } catch {
    console.log(
      "tests of several processes are skipped: no mpirun (apt-get install openmpi-bin libopenmpi3)",
    );
    return "no mpirun";
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
export function runTogether(processes: number, program: string): string {
  const command = ["-n", String(processes), process.execPath, "--import", "tsx", program];
  return execFileSync("mpirun", command, { env: mpiEnvironment, encoding: "utf8" });
}
