// Thousands of odd requests: none gets a file from outside the opened folders, none makes the studio fail.
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import type { Studio } from "../../src/studio/index.ts";
import { removeFolder, temporaryFolder, writeColourPictures } from "../e2e/command.ts";
import { cookieOf, openStudio } from "./opened.ts";

const REQUESTS = 5000;
const AT_ONCE = 16;
const SECRET = "what lies beside the opened folders";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder: string;
let studio: Studio;
const said: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  const photos = join(folder, "photos");
  await writeColourPictures(photos);
  await writeFile(join(folder, "secret.jpg"), SECRET);
  await writeFile(join(folder, "secret.txt"), SECRET);
  await symlink(join(folder, "secret.jpg"), join(photos, "train", "red", "link.jpg"));
  await mkdir(join(folder, "runs"));
  await symlink(folder, join(folder, "runs", "out"));
  studio = await openStudio(photos, join(folder, "runs"), { note: (line) => void said.push(line) });
});
afterAll(async () => {
  await studio.stop();
  await removeFolder(folder);
});

/** Sends a path as it is: nothing in it is tidied up. An answer that never comes is none. */
function ask(
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body = "",
): Promise<Answer | undefined> {
  const { hostname, port } = new URL(studio.url);
  return new Promise((resolve) => {
    const sent = request({ hostname, port, path, method, headers, insecureHTTPParser: true }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        // Events never end.
        if (response.headers["content-type"]?.startsWith("text/event-stream")) response.destroy();
      });
      response.on("close", () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("latin1"),
        }),
      );
    });
    sent.on("error", () => resolve(undefined));
    sent.end(body);
  });
}

/** Pieces of which paths are made: what is there, and what climbs out, in every spelling. */
const PIECES: readonly string[] = [
  ...[
    "api",
    "data",
    "labels",
    "runs",
    "models",
    "studio",
    "pictures",
    "thumbnails",
    "whole",
    "open",
    "assets",
  ],
  ...["..", "%2e%2e", "%2E.", "..%2f", "%2f", "%5c", "..%5c", "%252e%252e", "%c0%ae%c0%ae", "....", "."],
  ...[
    "secret.txt",
    "secret.jpg",
    "photos",
    "photos.studio",
    "train",
    "red",
    "link.jpg",
    "etc",
    "passwd",
    "out",
  ],
  ...["0", "24", "-1", "1e9", "NaN", "99999999999999999999", "%00", "a%00b", "__proto__", "constructor"],
  ...[
    "index.html",
    "report",
    "events",
    "changes",
    "problems",
    "log",
    "~",
    "*",
    "%",
    "%zz",
    "é",
    "'",
    '"',
    "<script>",
  ],
];
const QUERIES: readonly string[] = [
  ...["", "", "", "?", "?from=-1", "?from=0&count=1000000", "?label=__proto__", "?name=%00", "?token=x"],
  ...[
    "?path=/etc/passwd",
    "?file=../../secret.txt",
    "?problem=leak&size=9",
    "?a[b]=c",
    `?name=${"x".repeat(3000)}`,
  ],
];
const METHODS: readonly string[] = [
  "GET",
  "GET",
  "GET",
  "GET",
  "POST",
  "POST",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
];
const BODIES: readonly string[] = [
  ...[
    "",
    "{}",
    "[]",
    "null",
    "{",
    '{"__proto__":{"a":1}}',
    '{"ids":[0,"../../secret.txt"]}',
    '{"id":"../secret"}',
  ],
  ...[
    '{"ids":[-1,1e308]}',
    '{"overrides":["data.root=/etc"]}',
    '{"name":"../../secret.txt"}',
    "\u0000\u0001",
  ],
];

function oddRequest(i: number): Parameters<typeof ask> {
  const random = new RandomStream(1, "odd requests", [i, 0]);
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  const pieces = Array.from({ length: 1 + random.integer(6) }, () => pick(PIECES));
  const below = random.integer(2) === 0 ? "/api/" : "/";
  const path = encodeURI(`${below}${pieces.join("/")}${pick(QUERIES)}`).replaceAll("%25", "%");
  const host = new URL(studio.url).host;
  const headers = { Host: host, Cookie: cookieOf(studio), "X-Studio": "1" };
  const oddities: readonly Readonly<Record<string, string>>[] = [
    ...[{}, {}, {}],
    { Cookie: pick(["", "a=b", `${headers.Cookie}x`, "=".repeat(500)]) },
    { Host: pick(["evil.example", "127.0.0.1", `${host}.evil.example`, "[::1]:1"]) },
    { Origin: pick(["http://evil.example", "null", "file://", `https://${host}`]) },
    { "Sec-Fetch-Site": pick(["cross-site", "same-site", "nonsense"]) },
    { Range: pick(["bytes=0-", "bytes=9-1", "lines=1"]) },
    { "If-None-Match": pick(["*", '"x"', "W/"]) },
    { "Content-Type": pick(["application/json", "text/plain", "multipart/form-data", "x"]) },
    { "X-Forwarded-Host": "evil.example" },
  ];
  const method = pick(METHODS);
  return [
    path,
    method,
    { ...headers, ...pick(oddities) },
    method === "GET" || method === "HEAD" ? "" : pick(BODIES),
  ];
}

describe("the studio", () => {
  test(`answers ${REQUESTS} odd requests without a failure, and with nothing from outside`, async () => {
    const statuses = new Map<number, number>();
    for (let start = 0; start < REQUESTS; start += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, (_, i) => oddRequest(start + i));
      const answers = await Promise.all(batch.map((odd) => ask(...odd)));
      for (const [i, answer] of answers.entries()) {
        if (answer === undefined) continue;
        const [path, method, headers] = batch[i]!;
        const what = `${method} ${path} ${JSON.stringify(headers)}: ${answer.body.slice(0, 300)}`;
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        expect(answer.status, `${what} ${said.at(-1)}`).not.toBe(500);
        expect(answer.body, what).not.toContain(SECRET);
        expect(answer.body, what).not.toContain("root:x:");
        if (answer.status !== 400) expect(answer.headers["x-content-type-options"], what).toBe("nosniff");
      }
    }
    expect(said.filter((line) => line.startsWith("a request failed"))).toEqual([]);
    // Enough of each kind has been met: what is there, what is not, who is not let in, and who asks from elsewhere.
    for (const status of [200, 404, 401, 403]) expect(statuses.get(status), `${status}`).toBeGreaterThan(20);
  });

  test("does not follow a link out of the data set", async () => {
    const headers = { Host: new URL(studio.url).host, Cookie: cookieOf(studio) };
    const found = await ask("/api/data/pictures?name=link.jpg", "GET", headers);
    const { pictures } = JSON.parse(found!.body) as { pictures: { id: number }[] };
    for (const { id } of pictures)
      for (const path of [`/api/data/pictures/${id}/whole`, `/api/data/thumbnails/${id}`]) {
        const answer = await ask(path, "GET", headers);
        expect(answer!.status).toBeGreaterThanOrEqual(400);
        expect(answer!.body).not.toContain(SECRET);
      }
    expect(said.some((line) => line.includes("link.jpg")) || pictures.length === 1).toBe(true);
  });

  test("changes nothing where it was opened to look", async () => {
    await using looking = await openStudio(join(folder, "photos"), join(folder, "runs"), { readOnly: true });
    const { host, port } = new URL(looking.url);
    const answer = await fetch(`http://${host}/api/data/changes`, {
      method: "POST",
      headers: { Cookie: cookieOf(looking), "X-Studio": "1", "Content-Type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: "READ_ONLY" } });
    expect(port).not.toBe("0");
  });
});
