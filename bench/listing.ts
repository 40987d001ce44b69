// Measures how long a folder of a million pictures takes to be listed, and in how much memory: `npm run bench:listing`.
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageFolder } from "../src/data/index.ts";

const [CLASSES, PER_CLASS] = [100, 10_000];
/** Promised. */
const [MOST_SECONDS, MOST_MEGABYTES] = [15, 500];

function writeEmptyFiles(root: string): void {
  for (let label = 0; label < CLASSES; label++) {
    const folder = join(root, `class-${label}`);
    mkdirSync(folder);
    for (let i = 0; i < PER_CLASS; i++) closeSync(openSync(join(folder, `picture-${i}.jpg`), "w"));
  }
}

async function measure(root: string): Promise<void> {
  const begin = performance.now();
  const dataset = await ImageFolder.open(root);
  const seconds = (performance.now() - begin) / 1000;
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${dataset.labels.length} pictures of ${dataset.classes.length} classes: ${seconds.toFixed(1)} s ` +
      `(at most ${MOST_SECONDS}), ${megabytes.toFixed(0)} MB at its peak (at most ${MOST_MEGABYTES})`,
  );
}

const [root] = process.argv.slice(2);
if (root !== undefined) await measure(root);
else {
  const folder = mkdtempSync(join(tmpdir(), "bench-listing-"));
  try {
    writeEmptyFiles(folder);
    // In a process of its own, which has seen nothing else.
    execFileSync(process.execPath, ["--import", "tsx", import.meta.filename, folder], { stdio: "inherit" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
