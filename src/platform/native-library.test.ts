// A library of the system outlives the thread that has loaded it.
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import koffi from "koffi";
import { expect, test } from "vitest";

/** One that nothing else in this process has loaded. */
const NAME = "libanl.so.1";
/** Mapped into this process. */
const isThere = (): boolean => readFileSync("/proc/self/maps", "utf8").includes(NAME);

function isLoadable(): boolean {
  if (process.platform !== "linux") return false;
  try {
    koffi.load(NAME).unload();
    return true;
  } catch {
    return false;
  }
}

/** A thread loads the library in one way or the other, and ends. */
async function loadInThread(load: string): Promise<void> {
  const module = new URL("../../dist/platform/native-library.js", import.meta.url).href;
  const source = `
    Promise.all([import(${JSON.stringify(import.meta.resolve("koffi"))}), import(${JSON.stringify(module)})])
      .then(([{ default: koffi }, { loadForGood }]) => { ${load}.func("int gai_cancel(void *)"); });
  `;
  const worker = new Worker(source, { eval: true });
  await new Promise((resolve, reject) => worker.once("error", reject).once("exit", resolve));
}

test.skipIf(!isLoadable())("a library loaded for good stays when its thread has ended", async () => {
  await loadInThread(`koffi.load("${NAME}")`);
  expect(isThere()).toBe(false);
  await loadInThread(`loadForGood(koffi, "${NAME}")`);
  expect(isThere()).toBe(true);
});
