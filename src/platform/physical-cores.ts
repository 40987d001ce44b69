// How many physical cores this process may use.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const CPUS = "/sys/devices/system/cpu";

/**
 * Physical cores of the processors that this process is bound to, at most as many as there are processors for it; two
 * threads of a core count once.
 */
export function physicalCores(): number {
  const processors = availableParallelism();
  try {
    const allowed = processorsOf(allowedProcessors() ?? "");
    const cores = readdirSync(CPUS)
      .filter((name) => /^cpu\d+$/.test(name) && (allowed.size === 0 || allowed.has(Number(name.slice(3)))))
      .map((name) => readFileSync(`${CPUS}/${name}/topology/thread_siblings_list`, "utf8").trim());
    return Math.max(1, Math.min(processors, new Set(cores).size));
  } catch {
    return processors;
  }
}

/** The processors that this process is bound to, such as `0-3,8`; undefined where the system does not say. */
export function allowedProcessors(): string | undefined {
  try {
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** The numbers in a list such as `0-3,8`. */
function processorsOf(list: string): Set<number> {
  const numbers = new Set<number>();
  for (const range of list.split(",").filter(Boolean)) {
    const [first = Number.NaN, last = first] = range.split("-").map(Number);
    for (let i = first; i <= last; i++) numbers.add(i);
  }
  return numbers;
}
