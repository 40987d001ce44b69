import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { AppendFile } from "./append-file.ts";

const folder = mkdtempSync(join(tmpdir(), "append-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a text that does not fit on the disk leaves no part of itself", async () => {
  const path = join(folder, "below", "log");
  const nearlyFull = async (...args: Parameters<typeof open>): Promise<FileHandle> => {
    const handle = await open(...args);
    const append = handle.appendFile.bind(handle);
    handle.appendFile = async (data) => {
      const bytes = data as Buffer;
      await append(bytes.subarray(0, 4));
      if (bytes.length > 4) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    };
    return handle;
  };
  const log = await AppendFile.open(path, 0, nearlyFull as typeof open);
  await log.append("one\n");
  await expect(log.append("second\n")).rejects.toMatchObject({
    kind: "storage",
    code: "WRITE_FAILED",
    where: path,
    hint: "free some space on this disk",
  });
  await log.append("two\n");
  await log.close();
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
});
