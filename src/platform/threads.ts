// Starts worker threads, from compiled modules as from TypeScript sources.
import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * A thread that runs a module beside the caller's.
 *
 * @param module such as "./worker", without extension: that is the caller's
 * @param from the caller's `import.meta.url`. In a thread of TypeScript sources tsx is registered first.
 */
export function startThread(module: string, from: string, options: WorkerOptions = {}): Worker {
  if (!from.endsWith(".ts")) return new Worker(new URL(`${module}.js`, from), options);
  const loader = import.meta.resolve("tsx/esm/api");
  const file = new URL(`${module}.ts`, from).href;
  const start = `import("${loader}").then(({ register }) => { register(); return import("${file}"); })`;
  return new Worker(start, { ...options, eval: true, execArgv: [] });
}
