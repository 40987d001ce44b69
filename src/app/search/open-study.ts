// Finds a study again: by its folder, by its name, or the newest one.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { writeDurably, writeFailed } from "../../platform/index.ts";
import { isPostgres, type Patience, type StoredStudy, StudyStore } from "../../search/index.ts";

/** Which study is meant. */
export interface StudyReference {
  /** A study's folder, or its name; default: the newest one below `outputs/studies`, or the only one of the storage. */
  readonly study?: string | undefined;
  /** Where it is stored, where the folder does not say: a file, or `postgres://...`. */
  readonly storage?: string | undefined;
}

/** A study in its store. Disposing of it closes the store. */
export interface OpenedStudy extends AsyncDisposable {
  readonly store: StudyStore;
  readonly study: StoredStudy;
}

const STUDIES = "outputs/studies";
/** Says in a study's folder where the study is stored. */
const FILE = "study.json";

/** The file of SQLite in which a study is where nothing else is said. */
export const defaultStorage = (folder: string): string => join(folder, "study.db");

/** Notes in a study's folder where it is stored, without a password. */
export async function markFolder(folder: string, name: string, storage: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
  const place = isPostgres(storage) ? withoutPassword(storage) : resolve(storage);
  const text = `${JSON.stringify({ study: name, storage: place }, null, 2)}\n`;
  await writeDurably(join(folder, FILE), [new TextEncoder().encode(text)]);
}

/** The user stays: without a password the driver looks into `~/.pgpass`. */
function withoutPassword(address: string): string {
  const url = new URL(address);
  url.password = "";
  url.searchParams.delete("password");
  return url.href;
}

/** @throws ClassifierTrainingError kind "usage" `NO_STUDY`, `STUDY_UNKNOWN`, and as a store's opening */
export async function openStudy(
  { study, storage }: StudyReference,
  patience?: Patience,
): Promise<OpenedStudy> {
  const place = await placeOf(study, storage);
  const store = await StudyStore.open(place.storage, patience);
  try {
    return {
      store,
      study: await store.study(place.name ?? (await onlyName(store, place.storage))),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

async function onlyName(store: StudyStore, storage: string): Promise<string> {
  const names = await store.names();
  if (names.length === 1) return names[0]!;
  const hint =
    names.length === 0 ? "begin one: classifier-training search ..." : `name one of ${names.join(", ")}`;
  throw new ClassifierTrainingError("usage", "NO_STUDY", `there are ${names.length} studies`, {
    where: storage,
    hint,
  });
}

async function placeOf(
  study: string | undefined,
  storage: string | undefined,
): Promise<{ storage: string; name: string | undefined }> {
  for (const folder of study === undefined ? [] : [study, join(STUDIES, study)]) {
    if (!existsSync(join(folder, FILE))) continue;
    const noted = JSON.parse(await readFile(join(folder, FILE), "utf8")) as {
      study: string;
      storage: string;
    };
    return { storage: storage ?? noted.storage, name: noted.study };
  }
  if (storage !== undefined) return { storage, name: study };
  const newest = study === undefined ? await newestFolder() : undefined;
  if (newest !== undefined) return placeOf(newest, undefined);
  throw new ClassifierTrainingError("usage", "NO_STUDY", "there is no study here", {
    where: study ?? STUDIES,
    hint: "give the folder of a study, or --storage with the file or address that it is in",
  });
}

async function newestFolder(): Promise<string | undefined> {
  if (!existsSync(STUDIES)) return undefined;
  const folders = (await readdir(STUDIES)).map((name) => join(STUDIES, name));
  const found = folders.filter((folder) => existsSync(join(folder, FILE)));
  const times = await Promise.all(found.map(async (folder) => (await stat(join(folder, FILE))).mtimeMs));
  return found[times.indexOf(Math.max(...times))];
}
