// How many physical cores this process may use.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const CPUS = "/sys/devices/system/cpu";

/** Physical cores, at most as many as there are processors for this process; two threads of a core count once. */
export function physicalCores(): number {
  const processors = availableParallelism();
  try {
    const cores = readdirSync(CPUS)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, "utf8").trim());
    return Math.max(1, Math.min(processors, new Set(cores).size));
  } catch {
    return processors;
  }
}
