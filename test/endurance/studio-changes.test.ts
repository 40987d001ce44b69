// The studio is killed at its file operations while it moves pictures: none is lost, and what was done can be undone.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ImageFolder } from "../../src/data/index.ts";
import { Changes } from "../../src/studio/changes/changes.ts";
import { ClassFolders } from "../../src/studio/changes/class-folders.ts";
import { Listing } from "../../src/studio/data/listing.ts";

/** Operations between two kills, of about forty; all of them where endurance is asked for. */
const STEP = process.env.ENDURANCE === "full" ? 1 : 5;
const CHILD = join(import.meta.dirname, "killed-changes.ts");

const before: Readonly<Record<string, string>> = Object.fromEntries(
  ["cat", "dog"].flatMap((name) => [0, 1, 2].map((i) => [`${name}/${i}.jpg`, `${name} ${i}`])),
);

/** What is in every file below a folder, by its path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}

test("a kill at any file operation loses nothing, and what was done can be undone", async () => {
  let kills = 0;
  for (let at = 0; ; at += STEP) {
    const scratch = mkdtempSync(join(tmpdir(), "studio-kills-"));
    const [root, beside] = [join(scratch, "pets"), join(scratch, "pets.studio")];
    mkdirSync(beside);
    for (const [name, text] of Object.entries(before)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const words = ["--import", "tsx", CHILD, root, beside, `${at}`];
    const { signal, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    if (signal !== "SIGKILL") {
      rmSync(scratch, { recursive: true });
      expect(stderr).toBe("");
      break;
    }
    kills++;
    const train = await ImageFolder.open(root);
    const splits = { train, val: undefined, test: undefined, split: undefined, warnings: [] };
    const listing = new Listing(splits, root);
    const changes = await Changes.open({ root, beside, listing, folders: ClassFolders.of(splits, listing) });
    const { "changes.jsonl": _, ...moved } = contents(beside);
    const now = { ...contents(root), ...moved };
    expect(Object.values(now).sort(), `killed at ${at}`).toEqual(Object.values(before).sort());
    for (const { id, standing } of changes.range(0, 10).changes) if (standing > 0) await changes.undo(id);
    expect(contents(root), `undone after a kill at ${at}`).toEqual(before);
    rmSync(scratch, { recursive: true });
  }
  expect(kills).toBeGreaterThan(30 / STEP);
});
