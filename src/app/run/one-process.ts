// A run has one process: several that a launcher has started together would each train the whole of it.
import { processesStarted } from "../../collective/index.ts";
import { ClassifierTrainingError } from "../../core/index.ts";

/**
 * Refuses to be one of several.
 * @throws ClassifierTrainingError kind "usage" `SEVERAL_PROCESSES`
 */
export function assertOneProcess(environment: NodeJS.ProcessEnv = process.env): void {
  const count = processesStarted(environment);
  if (count <= 1) return;
  throw new ClassifierTrainingError(
    "usage",
    "SEVERAL_PROCESSES",
    `${count} processes were started together, and each would train the whole of the run`,
    { hint: "start one; a program of your own shares its steps with DataParallel, see docs/clusters.md" },
  );
}
