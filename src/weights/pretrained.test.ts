import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DownloadProgress, download } from "../download/index.ts";
import { clipTowers, dinov2s } from "../models/image-towers.ts";
import { findWeights, type WeightsEntry } from "./catalog.ts";
import { fetchPretrained, preprocessingOf, pretrainedPath, pretrainedSource } from "./pretrained.ts";

const CONTENT = randomBytes(300_000);
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const ETAG = '"v1"';

let folder: string;
let server: Server;
let requests: IncomingMessage[];
let handle: (request: IncomingMessage, response: ServerResponse, count: number) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "download-"));
  requests = [];
  handle = serve;
  server = createServer((request, response) => {
    requests.push(request);
    handle(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const url = (path = "/model.pth"): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const destination = (): string => join(folder, "hub", "model.pth");
const quick = { sha256Prefix: SHA256.slice(0, 8), retryDelay: 1, environment: {} };
const leftovers = (): string[] => readdirSync(join(folder, "hub")).filter((name) => name !== "model.pth");

/** A server as it should be: ranges, If-Range, lengths. */
function serve(request: IncomingMessage, response: ServerResponse): void {
  const { range, "if-range": ifRange } = request.headers;
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  if (start >= CONTENT.length)
    response.writeHead(416, { "content-range": `bytes */${CONTENT.length}` }).end();
  else if (start > 0 && (ifRange === undefined || ifRange === ETAG)) {
    const headers = {
      etag: ETAG,
      "content-range": `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`,
      "content-length": CONTENT.length - start,
    };
    response.writeHead(206, headers).end(CONTENT.subarray(start));
  } else response.writeHead(200, { etag: ETAG, "content-length": CONTENT.length }).end(CONTENT);
}

/** Sends `count` bytes of the body and breaks the connection. */
function breakAfter(response: ServerResponse, count: number): void {
  response.writeHead(200, { etag: ETAG, "content-length": CONTENT.length });
  response.write(CONTENT.subarray(0, count), () => response.destroy());
}

describe("download", () => {
  it("writes the file, reports progress and leaves nothing else", async () => {
    const progress: DownloadProgress[] = [];
    await download(url(), destination(), { ...quick, onProgress: (now) => progress.push(now) });
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    expect(progress.at(-1)).toEqual({ receivedBytes: CONTENT.length, totalBytes: CONTENT.length });
    expect(leftovers()).toEqual([]);
  });

  it("goes on where the connection broke off", async () => {
    handle = (request, response, count) => {
      if (count <= 3) breakAfterRange(request, response, 50_000);
      else serve(request, response);
    };
    await download(url(), destination(), quick);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    const starts = requests.map(({ headers }) => Number(headers.range?.slice(6, -1) ?? 0));
    expect(starts).toEqual([0, 50_000, 100_000, 150_000]);
    expect(requests[1]!.headers["if-range"]).toBe(ETAG);

    function breakAfterRange(request: IncomingMessage, response: ServerResponse, length: number): void {
      const start = Number(request.headers.range?.slice(6, -1) ?? 0);
      if (start === 0) {
        breakAfter(response, length);
        return;
      }
      response.writeHead(206, {
        etag: ETAG,
        "content-range": `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`,
        "content-length": CONTENT.length - start,
      });
      response.write(CONTENT.subarray(start, start + length), () => response.destroy());
    }
  });

  it("starts again when the file on the server has changed meanwhile", async () => {
    handle = (request, response, count) => {
      if (count > 1) return serve(request, response);
      response.writeHead(200, { etag: '"old"', "content-length": CONTENT.length });
      response.write(Buffer.alloc(1000), () => response.destroy());
    };
    await download(url(), destination(), quick);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
  });

  it("starts again when the server ignores or refuses the range", async () => {
    handle = (_, response, count) => {
      if (count === 1) breakAfter(response, 1000);
      else if (count === 2) response.writeHead(416).end();
      else if (count === 3) response.writeHead(206, { "content-range": "bytes 7-9/10" }).end("abc");
      else response.writeHead(200).end(CONTENT);
    };
    await download(url(), destination(), quick);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
  });

  it("takes up what a dead process left, and removes its file", async () => {
    mkdirSync(join(folder, "hub"));
    writeFileSync(`${destination()}.999999999.partial`, CONTENT.subarray(0, 120_000));
    writeFileSync(`${destination()}.999999998.partial`, CONTENT.subarray(0, 10));
    await download(url(), destination(), quick);
    expect(requests.map(({ headers }) => headers.range)).toEqual(["bytes=120000-"]);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it("starts again where what a dead process left was of another file", async () => {
    mkdirSync(join(folder, "hub"));
    writeFileSync(`${destination()}.999999999.partial`, "something else");
    await download(url(), destination(), quick);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    expect(leftovers()).toEqual([]);
  });

  it("does not take up a leftover where no hash tells whether it fits, nor a living process's file", async () => {
    mkdirSync(join(folder, "hub"));
    writeFileSync(`${destination()}.999999999.partial`, "something else");
    await download(url(), destination(), { ...quick, sha256Prefix: undefined });
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    expect(requests[0]!.headers.range).toBeUndefined();
    writeFileSync(`${destination()}.${process.ppid}.partial`, "being written");
    await download(url(), destination(), quick);
    expect(readFileSync(`${destination()}.${process.ppid}.partial`, "utf8")).toBe("being written");
  });

  it("refuses a file with another hash and removes it", async () => {
    const failing = download(url(), destination(), { ...quick, sha256Prefix: "00000000" });
    await expect(failing).rejects.toMatchObject({ code: "DOWNLOAD_HASH", kind: "data", where: url() });
    expect(readdirSync(join(folder, "hub"))).toEqual([]);
  });

  it("waits for a slow server, and gives up on a silent one", async () => {
    handle = (_, response) => {
      response.writeHead(200, { "content-length": CONTENT.length });
      for (let i = 0; i < 10; i++) {
        setTimeout(() => response.write(CONTENT.subarray(i * 30_000, (i + 1) * 30_000)), 30 * i);
      }
    };
    await download(url(), destination(), { ...quick, idleTimeout: 200 });
    expect(requests).toHaveLength(1);
    handle = (_, response) => void response.writeHead(200, { "content-length": 10 }).flushHeaders();
    const silent = download(url(), join(folder, "silent.pth"), { ...quick, idleTimeout: 30 });
    await expect(silent).rejects.toMatchObject({ code: "DOWNLOAD" });
    expect(requests).toHaveLength(5);
  });

  it("tries again when the server is overloaded, not when the file is not there", async () => {
    handle = (request, response, count) => {
      if (count === 1) response.writeHead(503).end();
      else serve(request, response);
    };
    await download(url(), destination(), quick);
    handle = (_, response) => void response.writeHead(404).end("no");
    const missing = download(url("/none.pth"), join(folder, "none.pth"), quick);
    await expect(missing).rejects.toMatchObject({
      code: "DOWNLOAD",
      message: "cannot download: the server answers 404 Not Found",
      where: url("/none.pth"),
      hint: `fetch none.pth from there by other means and put it at ${join(folder, "none.pth")}`,
    });
    expect(requests).toHaveLength(3);
  });

  it("follows redirects, but not for ever and not to other protocols", async () => {
    handle = (request, response) => {
      if (request.url === "/model.pth") response.writeHead(302, { location: "/moved" }).end();
      else if (request.url === "/loop") response.writeHead(301, { location: "/loop" }).end();
      else if (request.url === "/file") response.writeHead(301, { location: "file:///etc/passwd" }).end();
      else serve(request, response);
    };
    await download(url(), destination(), quick);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
    await expect(download(url("/loop"), join(folder, "l"), quick)).rejects.toThrow(/redirects more than 10/);
    await expect(download(url("/file"), join(folder, "f"), quick)).rejects.toThrow(/redirects to file:/);
  });

  it("says at once when there is no network, what to fetch and where to put it", async () => {
    const start = performance.now();
    const offline = download("http://127.0.0.1:1/model.pth", destination(), { ...quick, retryDelay: 60_000 });
    await expect(offline).rejects.toMatchObject({
      kind: "failure",
      code: "DOWNLOAD",
      hint: `fetch model.pth from there by other means and put it at ${destination()}`,
    });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(leftovers()).toEqual([]);
  });

  it("stops when told to, and keeps what it has for the next time", async () => {
    const controller = new AbortController();
    handle = (_, response) => {
      response.writeHead(200, { etag: ETAG, "content-length": CONTENT.length });
      response.write(CONTENT.subarray(0, 100_000));
    };
    const options = { ...quick, signal: controller.signal, onProgress: () => controller.abort() };
    await expect(download(url(), destination(), options)).rejects.toMatchObject({ name: "AbortError" });
    expect(existsSync(destination())).toBe(false);
    expect(leftovers()).toEqual([`model.pth.${process.pid}.partial`]);
    handle = serve;
    await download(url(), destination(), quick);
    expect(requests[1]!.headers.range).toMatch(/^bytes=\d+-$/);
    expect(readFileSync(destination()).equals(CONTENT)).toBe(true);
  });

  it("downloads once when asked twice at the same time", async () => {
    await Promise.all([download(url(), destination(), quick), download(url(), destination(), quick)]);
    expect(requests).toHaveLength(1);
  });

  it("says so when the folder cannot be written to", async () => {
    writeFileSync(join(folder, "occupied"), "a file, not a folder");
    const failing = download(url(), join(folder, "occupied", "model.pth"), quick);
    await expect(failing).rejects.toMatchObject({ kind: "storage", code: "DOWNLOAD_STORAGE" });
  });
});

describe("fetchPretrained", () => {
  const environment = (): NodeJS.ProcessEnv => ({ TORCH_HOME: folder });
  const entry = (): WeightsEntry => ({
    ...findWeights("resnet18"),
    fileName: `resnet18-${SHA256.slice(0, 8)}.pth`,
    url: url(),
    sha256Prefix: SHA256.slice(0, 8),
  });

  it("puts an entry of the catalogue where torch.hub looks for it, once", async () => {
    const source = { kind: "catalog", entry: entry() } as const;
    const path = await fetchPretrained(source, { environment: environment() });
    expect(path).toBe(join(folder, "hub", "checkpoints", entry().fileName));
    expect(readFileSync(path).equals(CONTENT)).toBe(true);
    await fetchPretrained(source, { environment: environment() });
    expect(requests).toHaveLength(1);
  });

  it("keeps files of the same name from different hosts apart", async () => {
    const source = { kind: "url", url: url("/weights.pth?download=1") } as const;
    const path = await fetchPretrained(source, { environment: environment() });
    expect(path).toMatch(/[0-9a-f]{12}-weights\.pth$/);
    expect(pretrainedPath({ kind: "url", url: url("/other/weights.pth") }, environment())).not.toBe(path);
  });
});

describe("hf-hub:", () => {
  it.each([
    [
      "hf-hub:timm/resnet18.a1_in1k",
      "https://huggingface.co/timm/resnet18.a1_in1k/resolve/main/model.safetensors",
    ],
    ["hf-hub:a/b@v1.0", "https://huggingface.co/a/b/resolve/v1.0/model.safetensors"],
  ])("%s is a file of the hub", (name, url) => {
    expect(pretrainedSource("resnet18", name, {})).toEqual({ kind: "url", url });
  });

  it("is downloaded from the mirror that HF_ENDPOINT names, once", async () => {
    const environment = { HF_ENDPOINT: `${url("/")}`, TORCH_HOME: folder };
    const source = pretrainedSource("resnet18", "hf-hub:timm/resnet18.a1_in1k", environment)!;
    for (const _ of [1, 2]) {
      expect(readFileSync(await fetchPretrained(source, { environment }))).toEqual(CONTENT);
    }
    expect(requests.map((request) => request.url)).toEqual([
      "/timm/resnet18.a1_in1k/resolve/main/model.safetensors",
    ]);
  });

  it.each(["hf-hub:resnet18", "hf-hub:", "hf-hub:a/b/c", "hf-hub:a/b?x"])("%s is refused", (name) => {
    expect(() => pretrainedSource("resnet18", name, {})).toThrow(
      expect.objectContaining({ code: "WEIGHTS_UNKNOWN", hint: expect.stringContaining("hf-hub:timm/") }),
    );
  });
});

describe("networks with timm's names", () => {
  it("start from timm's file, with the pictures that it expects", () => {
    const source = pretrainedSource("vit_base_patch16_clip_quickgelu_224", true, {})!;
    expect(source).toMatchObject({
      url: "https://huggingface.co/timm/vit_base_patch16_clip_224.openai/resolve/main/model.safetensors",
    });
    expect(preprocessingOf(source)).toMatchObject({
      resizeSize: 248,
      cropSize: 224,
      interpolation: "bicubic",
    });
    expect(
      preprocessingOf(pretrainedSource("resnet18", "hf-hub:timm/resnet18.a1_in1k", {})!),
    ).toBeUndefined();
  });

  it("all have one", () => {
    const names = [...Object.keys(dinov2s), ...Object.keys(clipTowers)];
    for (const name of names) expect(pretrainedSource(name, true, {}), name).toMatchObject({ kind: "url" });
  });
});
