import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markFolder, openStudy } from "./open-study.ts";

test("a study's folder says where it is stored, with the user and without the password", async () => {
  const folder = await mkdtemp(join(tmpdir(), "study-"));
  try {
    const kept = async (storage: string): Promise<string> => {
      await markFolder(folder, "shirts", storage);
      return JSON.parse(await readFile(join(folder, "study.json"), "utf8")).storage;
    };
    expect(await kept("postgres://me:secret@host:5433/db")).toBe("postgres://me@host:5433/db");
    expect(await kept("postgres://host/db?user=me&password=secret")).toBe("postgres://host/db?user=me");
    expect(await kept(join(folder, "study.db"))).toBe(join(folder, "study.db"));
    await expect(openStudy({ study: folder })).rejects.toMatchObject({ code: "STUDY_UNKNOWN" });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("where there is no study, that is said in one line", async () => {
  await expect(openStudy({ study: "nothing-of-this-name" })).rejects.toMatchObject({ code: "NO_STUDY" });
});
