import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheFolder, userCacheFolder } from "./cache-folder.ts";

test.each([undefined, "", "cache", "./cache"])("XDG_CACHE_HOME=%s is no absolute path", (folder) => {
  expect(userCacheFolder({ XDG_CACHE_HOME: folder })).toBe(join(homedir(), ".cache"));
});

test("an absolute one is taken", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/x" })).toBe(join("/x", "classifier-training"));
});
