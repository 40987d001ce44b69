// What a launcher of several processes, such as mpirun or srun, has told this one.

/** How many processes the launcher says it has started: Open MPI's, MPICH's and Intel's, Slurm's with PMIx; 1 without one. */
export function processesStarted(environment: NodeJS.ProcessEnv = process.env): number {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, PMIX_RANK, SLURM_STEP_NUM_TASKS } = environment;
  const said = OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? (PMIX_RANK === undefined ? "1" : SLURM_STEP_NUM_TASKS);
  return Number(said ?? 1);
}

/** Which of them this process is, from 0; 0 without a launcher. */
export function rankStarted(environment: NodeJS.ProcessEnv = process.env): number {
  const { OMPI_COMM_WORLD_RANK, PMI_RANK, PMIX_RANK } = environment;
  return Number(OMPI_COMM_WORLD_RANK ?? PMI_RANK ?? PMIX_RANK ?? 0);
}
