// Dawn, the WebGPU of Chromium, in Node.js: the package webgpu, loaded when it is needed; and the adapters that it finds.
import { ClassifierTrainingError } from "../../core/index.ts";

/** By the adapter's name, or "" for the one that Dawn prefers. An instance must stay referenced as long as anything of it is used. */
const instances = new Map<string, GPU>();

/** Kernels check bounds themselves where they must, and their times are for those who measure them. */
const OPTIONS: readonly string[] = [
  "enable-dawn-features=disable_robustness",
  "disable-dawn-features=timestamp_quantization",
];

/** A name that no adapter has: Dawn then says which there are. */
const NO_ADAPTER = "no adapter has this name";

/**
 * `CLASSIFIER_TRAINING_DAWN` may hold options of Dawn's, separated by semicolons, instead of ours.
 * @param adapter one of `adapterNames`; default: the one that Dawn prefers
 * @throws ClassifierTrainingError `RUNTIME_UNAVAILABLE` where the package is missing or does not load.
 */
export async function loadDawn(adapter?: string): Promise<GPU> {
  const known = instances.get(adapter ?? "");
  if (known !== undefined) return known;
  const create = await loadPackage();
  const given = process.env.CLASSIFIER_TRAINING_DAWN;
  const options = given ? given.split(";") : [...OPTIONS];
  const dawn = create(adapter === undefined ? options : [...options, `adapter=${adapter}`]);
  instances.set(adapter ?? "", dawn);
  return dawn;
}

/** The names of the adapters that there are, each once, whatever ways lead to it. */
export async function adapterNames(): Promise<string[]> {
  const create = await loadPackage();
  const told = await create([`adapter=${NO_ADAPTER}`])
    .requestAdapter()
    .then(() => "", String);
  return [
    ...new Set(Array.from(told.matchAll(/^ *\* backend: '[^']*', name: '(.*)'$/gm), ([, name]) => name!)),
  ];
}

async function loadPackage(): Promise<(options: string[]) => GPU> {
  try {
    return (await import("webgpu")).create;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    const problem = isMissing
      ? "the package webgpu is not installed"
      : `the package webgpu does not load: ${String(error)}`;
    throw new ClassifierTrainingError("usage", "RUNTIME_UNAVAILABLE", problem, {
      hint: "npm install webgpu@0.6.2; on Linux also apt-get install libvulkan1 and the driver of your card",
      cause: error,
    });
  }
}
