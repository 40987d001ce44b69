import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { download } from "./download.ts";

const content = Buffer.alloc(300_000, "data");
const sha256 = createHash("sha256").update(content).digest("hex");
let folder: string;
let server: Server;
let base: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "download-"));
  server = createServer((request, response) => {
    if (request.url === "/whole") response.end(content);
    else if (request.url === "/cut") {
      response.writeHead(200, { "content-length": content.length });
      response.write(content.subarray(0, 1000), () => response.destroy());
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

test("a file arrives whole, in a folder that is made for it", async () => {
  const path = join(folder, "new", "file");
  await download(`${base}/whole`, path, { sha256Prefix: sha256 });
  expect(await readFile(path)).toEqual(content);
});

test.each([
  ["/whole", "0".repeat(64), "DOWNLOAD_HASH"],
  ["/cut", undefined, "DOWNLOAD"],
  ["/none", sha256, "DOWNLOAD"],
])("%s with hash %s leaves nothing behind", async (path, sha256Prefix, code) => {
  const options = { sha256Prefix, retryDelay: 1 };
  await expect(download(base + path, join(folder, "bad", "file"), options)).rejects.toMatchObject({ code });
  expect(await readdir(join(folder, "bad")).catch(() => [])).toEqual([]);
});
