// What this machine offers: processor, runtimes, libraries.
import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import { imageLibraryVersions, loadJpegDecoder } from "../../image/index.ts";
import type { Precision } from "../../runtime/contract.ts";
import { chooseRuntime, probeRuntimes } from "../runtimes.ts";

/** What was found, with the keys that `--json` prints. */
export interface Diagnosis {
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memory_gb: number;
  };
  readonly runtimes: readonly {
    readonly name: string;
    readonly available: boolean;
    readonly detail: string;
    readonly precisions: readonly Precision[];
    readonly hint?: string | undefined;
    readonly devices?: readonly string[] | undefined;
  }[];
  readonly libraries: readonly { readonly name: string; readonly version: string }[];
  /** How to decode JPEGs faster; undefined where that is not to be had. */
  readonly jpegHint: string | undefined;
  /** The runtime that `runtime=auto` takes. */
  readonly automatic: string;
}

/** Loads every runtime and says what it found. */
export async function diagnose(): Promise<Diagnosis> {
  const probed = await probeRuntimes();
  return {
    machine: {
      node: process.version,
      platform: `${platform()} ${arch()}`,
      cpu: cpus()[0]?.model.trim() ?? "unknown processor",
      cores: availableParallelism(),
      memory_gb: totalmem() / 2 ** 30,
    },
    runtimes: await Promise.all(
      probed.map(async ({ runtime, probe }) => ({
        name: runtime.name,
        available: probe.available,
        detail: probe.detail,
        precisions: probe.precisions,
        hint: probe.available ? undefined : probe.hint,
        devices: probe.available ? await runtime.devices?.() : undefined,
      })),
    ),
    libraries: Object.entries(await imageLibraryVersions()).map(([name, version]) => ({ name, version })),
    jpegHint: (await loadJpegDecoder()).hint,
    automatic: (await chooseRuntime("auto", "32-true")).runtime.name,
  };
}
