// Loads libraries of the system for good: their own threads may still be ending when the thread of ours that has loaded them has ended.
import type * as koffi from "koffi";

type Koffi = Pick<typeof koffi, "load">;

/** A loaded library, as koffi gives it. */
export type NativeLibrary = ReturnType<Koffi["load"]>;

/** `RTLD_NOW` of Linux and macOS. */
const RESOLVE_NOW = 2;

/**
 * Loads a library with koffi, which would unload it together with the thread that has loaded it, and takes one reference more
 * that is never given back. OpenMP's helper threads end some time after the thread that they have helped: their code must be there.
 *
 * @param name as the system's loader takes it
 * @param options `global`: its symbols are there for libraries loaded later
 * @throws Error of koffi when there is no such library
 */
export function loadForGood(
  loader: Koffi,
  name: string,
  options: { readonly global?: boolean } = {},
): NativeLibrary {
  const library = loader.load(name, options);
  if (process.platform === "win32") {
    loader.load("kernel32.dll").func("void *LoadLibraryA(const char *name)")(name);
  } else {
    loader.load(null).func("void *dlopen(const char *name, int flags)")(name, RESOLVE_NOW);
  }
  return library;
}
