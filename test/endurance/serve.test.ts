// A server under 32 clients, hostile ones among them: no wrong answer, no crash, and memory that does not grow.
// SERVE_MINUTES=10 goes on for so long; without it 2,000 requests are all.
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "../e2e/command.ts";
import { type Served, serve } from "../support/served.ts";

const CLIENTS = 32;
const REQUESTS = 2000;
const MINUTES = Number(process.env.SERVE_MINUTES ?? 0);
/** What the process may take more at the end than after the first half of the first requests. */
const GROWTH_MB = 100;

let folder: string;
let server: Served;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  expect((await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"])).code).toBe(0);
  server = await serve(folder, "colours=run", "--body-timeout", "10");
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await removeFolder(folder);
});

interface Known {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly classes: unknown;
}

interface Answer {
  readonly predictions?: readonly { readonly classes: unknown }[];
  readonly error?: { readonly code: string };
}

async function ask(body: Buffer<ArrayBuffer> | string, type?: string): Promise<Answer> {
  const headers = type === undefined ? undefined : { "content-type": type };
  const init = { method: "POST", body, ...(headers && { headers }) };
  return (await (await fetch(`${server.url}/v1/models/colours:predict`, init)).json()) as Answer;
}

const tooLarge = pngBomb();
const manyParts = tinyParts(20_000);

/** A client that is up to no good, and the code that it is to get. */
const HOSTILE: readonly ((known: Known) => Promise<void>)[] = [
  ({ bytes }) => refused(ask(bytes.subarray(0, 300), "image/jpeg"), "PICTURE_CORRUPT"),
  () => refused(ask(tooLarge, "image/png"), "PICTURE_TOO_LARGE"),
  ({ bytes }) => refused(ask(bytes, "text/html"), "MEDIA_TYPE"),
  () => refused(ask("#!/bin/sh", "image/png"), "PICTURE_FORMAT"),
  () => refused(ask(`{"instances": [${"[".repeat(5000)}`, "application/json"), "REQUEST_INVALID"),
  () => refused(ask(manyParts, "multipart/form-data; boundary=x"), "TOO_MANY_PICTURES"),
  () => refused(ask(Buffer.alloc(20_000_001), "image/png"), "BODY_TOO_LARGE"),
  slowSender,
  aborted,
];

async function refused(answer: Promise<Answer>, code: string): Promise<void> {
  expect((await answer).error?.code).toBe(code);
}

/** A picture of 40,000 by 40,000 pixels in 2 kB. */
function pngBomb(): Buffer<ArrayBuffer> {
  const chunk = (name: string, data: Buffer): Buffer => {
    const content = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(content));
    return Buffer.concat([length, content, sum]);
  };
  const head = Buffer.from([0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40, 8, 0, 0, 0, 0]);
  const parts = [
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.alloc(2e6))),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

function tinyParts(count: number): string {
  const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx\r\n';
  return `${part.repeat(count)}--x--\r\n`;
}

const HEAD =
  "POST /v1/models/colours:predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 900000\r\n\r\n";

async function slowSender(): Promise<void> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(HEAD);
  const trickle = setInterval(() => socket.write("a"), 100);
  let answer = "";
  await new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      answer += data;
    });
    // What is written after the answer may be met with a reset.
    socket.on("error", () => undefined).on("close", () => resolve());
  });
  clearInterval(trickle);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
}

async function aborted({ bytes }: Known): Promise<void> {
  const form = new FormData();
  for (let i = 0; i < 60; i++) form.append("a", new Blob([bytes]), "a.jpg");
  const init = { method: "POST", body: form, signal: AbortSignal.timeout(5) };
  await fetch(`${server.url}/v1/models/colours:predict`, init).catch(() => undefined);
}

async function residentMb(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, "utf8");
  return Number(/VmRSS:\s*(\d+)/.exec(status)![1]) / 1024;
}

async function knownPictures(): Promise<Known[]> {
  const { stdout } = await run(folder, ["predict", "run", "photos", "--json"]);
  const lines = stdout.trim().split("\n");
  return Promise.all(
    lines.map(async (line) => {
      const { picture, predictions } = JSON.parse(line) as { picture: string; predictions: unknown };
      return { bytes: await readFile(join(folder, picture)), classes: predictions };
    }),
  );
}

test.skipIf(process.platform !== "linux")(
  `${REQUESTS} requests of ${CLIENTS} clients`,
  { timeout: 600_000 + MINUTES * 60_000 },
  async () => {
    const pictures = await knownPictures();
    const end = performance.now() + MINUTES * 60_000;
    const times: number[] = [];
    let [asked, hostile, before] = [0, 0, 0];
    const client = async (): Promise<void> => {
      while (asked < REQUESTS || performance.now() < end) {
        const number = asked++;
        const known = pictures[number % pictures.length]!;
        if (number === REQUESTS / 2) before = await residentMb();
        if (number % 5 === 4) {
          await HOSTILE[hostile++ % HOSTILE.length]!(known);
          continue;
        }
        const began = performance.now();
        const answer = await ask(known.bytes, "image/jpeg");
        times.push(performance.now() - began);
        expect(answer.error).toBeUndefined();
        expect(answer.predictions?.map(({ classes }) => classes)).toEqual([known.classes]);
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, client));
    const seconds = (performance.now() - began) / 1000;
    const after = await residentMb();
    times.sort((a, b) => a - b);
    const at = (share: number): string => times[Math.floor(times.length * share)]!.toFixed(0);
    console.log(
      `${asked} requests, ${hostile} hostile, in ${seconds.toFixed(1)} s: median ${at(0.5)} ms, p99 ${at(0.99)} ms; ` +
        `${before.toFixed(0)} MB after ${REQUESTS / 2}, ${after.toFixed(0)} MB at the end`,
    );
    expect(after - before).toBeLessThan(GROWTH_MB);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain("classifier_requests_in_progress 0\n");
    expect(metrics).toContain("classifier_body_bytes 0\n");
    expect(metrics).not.toContain('status="500"');
    server.kill("SIGTERM");
    expect((await server.ended).code).toBe(143);
    expect(server.said()).not.toContain("failed");
  },
);
