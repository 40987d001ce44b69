// A process that changes a folder of pictures, and is killed at one of its file operations: killed-changes.ts ROOT BESIDE NUMBER.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [root = "", beside = "", number = ""] = process.argv.slice(2);
let [asked, isArmed] = [0, false];

/** Every operation counts twice: before it, and after it. */
async function through<T>(operation: () => Promise<T>): Promise<T> {
  await point();
  const result = await operation();
  await point();
  return result;
}

async function point(): Promise<void> {
  if (!isArmed || asked++ !== Number(number)) return;
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => setInterval(() => undefined, 1000));
}

const { open, rename, unlink } = fs.promises;
Object.assign(fs.promises, {
  rename: (...words: Parameters<typeof rename>) => through(() => rename(...words)),
  unlink: (...words: Parameters<typeof unlink>) => through(() => unlink(...words)),
  open: async (...words: Parameters<typeof open>) => {
    const file = await through(() => open(...words));
    const { appendFile } = file;
    // Half of a line is what a kill may leave of it.
    file.appendFile = async (text) => {
      await appendFile.call(file, String(text).slice(0, 9));
      await point();
      await appendFile.call(file, String(text).slice(9));
      await point();
    };
    return file;
  },
});
syncBuiltinESMExports();

// What was built starts in a quarter of the time.
const { ImageFolder } = await import("../../dist/data/datasets/image-folder.js");
const { Listing } = await import("../../dist/studio/data/listing.js");
const { Changes } = await import("../../dist/studio/changes/changes.js");
const { ClassFolders } = await import("../../dist/studio/changes/class-folders.js");

const train = await ImageFolder.open(root);
const splits = { train, val: undefined, test: undefined, split: undefined, warnings: [] };
const listing = new Listing(splits, root);
const changes = await Changes.open({ root, beside, listing, folders: ClassFolders.of(splits, listing) });
const ids = ["cat/0.jpg", "cat/1.jpg"].map((name) => listing.find(name)!);
isArmed = true;
await changes.apply({ action: "move", ids, label: 1 });
await changes.undo(1);
await changes.apply({ action: "set-aside", ids: ids.slice(0, 1) });
