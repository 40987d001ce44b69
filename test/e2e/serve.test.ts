// serve as clients meet it: every kind of body, what is refused and how, a model that is replaced, and a stop.
import { copyFile, readFile, rename, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage, encodeJpeg } from "../../src/image/index.ts";
import { type Served, serve } from "../support/served.ts";
import { QUICK, removeFolder, run, temporaryFolder, writeColourPictures } from "./command.ts";

interface Answer {
  readonly version: string;
  readonly predictions: readonly { readonly classes: unknown }[];
  readonly error?: { readonly code: string };
}

const MAX_BODY = 100_000;
const MAX_PIXELS = 20_000;
let folder: string;
let server: Served;
let picture: Buffer<ArrayBuffer>;
let expected: unknown;

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const trained = await run(folder, ["train", ...QUICK, "data.root=photos", "hydra.run.dir=run"]);
  expect(trained.code).toBe(0);
  await copyFile(join(folder, "run/model.onnx"), join(folder, "served.onnx"));
  const path = join(folder, "photos/test/red/0.jpg");
  picture = await readFile(path);
  const { stdout } = await run(folder, ["predict", "run", path, "--json"]);
  expected = (JSON.parse(stdout) as { predictions: unknown }).predictions;
  const limits = ["--max-body", `${MAX_BODY}`, "--max-pixels", `${MAX_PIXELS}`, "--body-timeout", "1"];
  server = await serve(folder, "colours=run", "served.onnx", "--threads", "1", ...limits);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await removeFolder(folder);
});

type Body = Buffer<ArrayBuffer> | FormData | string;

const post = (body: Body, type?: string, model = "colours", { url } = server): Promise<Response> =>
  fetch(`${url}/v1/models/${model}:predict`, {
    method: "POST",
    body,
    ...(type !== undefined && { headers: { "content-type": type } }),
  });

const jpeg = (body: Body): Promise<Response> => post(body, "image/jpeg");
const instances = (...list: unknown[]): Promise<Response> =>
  post(JSON.stringify({ instances: list }), "application/json");

async function predictions(response: Response): Promise<unknown[]> {
  const answer = (await response.json()) as Answer;
  expect(answer.error).toBeUndefined();
  return answer.predictions.map(({ classes }) => classes);
}

async function refusal(response: Response): Promise<unknown[]> {
  const { error } = (await response.json()) as Answer;
  return [response.status, error?.code];
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((next) => setTimeout(next, 20));
}

describe("answers what predict says, to the bit,", () => {
  test("to bytes, by either model", async () => {
    expect(await predictions(await jpeg(picture))).toEqual([expected]);
    expect(await predictions(await post(picture, "application/octet-stream", "served"))).toEqual([expected]);
  });

  test("to the files of a form", async () => {
    const form = new FormData();
    for (const name of ["a", "b", "b"]) form.append(name, new Blob([picture]), `${name}.jpg`);
    expect(await predictions(await post(form))).toEqual([expected, expected, expected]);
  });

  test("to a form whose boundary is short", async () => {
    const part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n';
    const pieces = [part, picture, `\r\n${part}`, picture, "\r\n--x--\r\n"];
    const body = Buffer.concat(
      pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)),
    );
    for (const boundary of ["x", '"x"'])
      expect(await predictions(await post(body, `multipart/form-data; boundary=${boundary}`))).toEqual([
        expected,
        expected,
      ]);
  });

  test("to base64, a data URL and pixels in JSON", async () => {
    const b64 = picture.toString("base64");
    const { width, height, data } = await decodeImage(picture, "red");
    const pixels = Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => [
        ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
      ]),
    );
    const list = [{ b64 }, { b64: `data:image/jpeg;base64,${b64}` }, pixels];
    expect(await predictions(await instances(...list))).toEqual([expected, expected, expected]);
  });

  test("to many clients at once", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => jpeg(picture)));
    for (const answer of answers) expect(await predictions(answer)).toEqual([expected]);
  });
});

describe("refuses", () => {
  test("what is too large", async () => {
    expect(await refusal(await jpeg(Buffer.alloc(50 * MAX_BODY)))).toEqual([413, "BODY_TOO_LARGE"]);
    const large = Buffer.from(
      await encodeJpeg({ width: 200, height: 101, data: new Uint8Array(200 * 101 * 3) }, 90),
    );
    expect(await refusal(await jpeg(large))).toEqual([413, "PICTURE_TOO_LARGE"]);
    const row = Array.from({ length: MAX_PIXELS + 1 }, () => 0);
    expect(await refusal(await instances([row]))).toEqual([413, "PICTURE_TOO_LARGE"]);
    const form = new FormData();
    for (let i = 0; i < 500; i++) form.append("a", new Blob(["x"]), "a");
    expect(await refusal(await post(form))).toEqual([413, "TOO_MANY_PICTURES"]);
  });

  test("what is no picture", async () => {
    expect(await refusal(await jpeg("no picture"))).toEqual([422, "PICTURE_FORMAT"]);
    expect(await refusal(await jpeg(""))).toEqual([422, "PICTURE_EMPTY"]);
    expect(await refusal(await jpeg(picture.subarray(0, 200)))).toEqual([422, "PICTURE_CORRUPT"]);
    expect(await refusal(await post("<svg/>", "image/svg+xml"))).toEqual([415, "MEDIA_TYPE"]);
    expect(await refusal(await post("a=b", "text/plain"))).toEqual([415, "MEDIA_TYPE"]);
  });

  test.each([
    ["{", "application/json"],
    ["null", "application/json"],
    ['{"instances": []}', "application/json"],
    ['{"instances": [null]}', "application/json"],
    ['{"instances": [[[[1, 2, 256]]]]}', "application/json"],
    ['{"instances": [[[[1, 2, 3]], []]]}', "application/json"],
    ['{"instances": [{"b64": "*"}]}', "application/json"],
    ['{"instances": [], "more": 1}', "application/json"],
    ["--x", "multipart/form-data"],
    ["--x\r\n", "multipart/form-data; boundary=x"],
  ])("%s as %s", async (body, type) => {
    expect(await refusal(await post(body, type))).toEqual([400, "REQUEST_INVALID"]);
  });

  test("unknown models, paths and methods", async () => {
    const unknown = await post(picture, "image/jpeg", "colour");
    expect(await unknown.json()).toMatchObject({ error: { message: expect.stringContaining('"colours"') } });
    expect(unknown.status).toBe(404);
    const { url } = server;
    expect(await refusal(await fetch(`${url}/nothing`))).toEqual([404, "NOT_FOUND"]);
    const wrong = await fetch(`${url}/v1/models/colours:predict`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await fetch(`${url}/healthz`, { method: "DELETE" })).headers.get("allow")).toBe("GET");
    expect((await post(picture, "image/jpeg", "colours:predict?top_k=0&x=")).status).toBe(400);
  });

  test("a sender that is too slow, and goes on after one that went away and one that speaks no HTTP", async () => {
    const head =
      "POST /v1/models/colours:predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 900\r\n\r\nabc";
    const gone = connect(Number(new URL(server.url).port), "127.0.0.1", () =>
      gone.write(head, () => gone.destroy()),
    );
    expect(await talk(head)).toMatch(/^HTTP\/1.1 408 [\s\S]*connection: close[\s\S]*REQUEST_TIMEOUT/i);
    expect(await talk("nonsense\r\n\r\n")).toMatch(/^HTTP\/1.1 400 [\s\S]*REQUEST_INVALID/);
    expect(await predictions(await jpeg(picture))).toEqual([expected]);
    expect(server.logged()).toContain('"code":"CLIENT_GONE"');
  });
});

/** All that the server says to these words before it closes the connection. */
function talk(words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1", () => socket.write(words));
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    socket.on("error", reject).on("close", () => resolve(answer));
  });
}

test("tells programs what it is and does", async () => {
  const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();
  expect(await get("/healthz")).toEqual({ status: "alive" });
  expect(await get("/readyz")).toEqual({ status: "ready" });
  const described = { name: "colours", classes: ["blue", "green", "red"], image_size: [16, 16] };
  expect(await get("/v1/models/colours")).toMatchObject(described);
  expect(await get("/v1/models")).toMatchObject({ models: [described, { name: "served" }] });
  expect(await get("/openapi.json")).toMatchObject({
    openapi: "3.1.0",
    paths: { "/v1/models/{name}:predict": { post: {} } },
  });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/classifier_requests_total\{model="colours",status="200"\} [1-9]/);
  expect(metrics).toContain("classifier_body_bytes 0\n");
  const [line] = server.logged().split("\n");
  expect(JSON.parse(line!)).toMatchObject({ method: "POST", status: 200, model: "colours", pictures: 1 });
});

test("takes another file of a model, refuses one that is none, and answers all the time", async () => {
  const path = join(folder, "served.onnx");
  const ask = async (): Promise<Answer> =>
    (await (await post(picture, "image/jpeg", "served")).json()) as Answer;
  const first = await ask();
  await writeFile(path, "no model");
  await until(() => server.said().includes("goes on"));
  expect(server.said()).toContain("served.onnx");
  expect((await ask()).version).toBe(first.version);
  // The name of another producer: the same network in another file.
  const other = Buffer.concat([await readFile(join(folder, "run/model.onnx")), Buffer.from("\x12\x01x")]);
  await writeFile(join(folder, "next.onnx"), other);
  await rename(join(folder, "next.onnx"), path);
  while (!server.said().includes("was loaded again")) expect((await ask()).error).toBeUndefined();
  const second = await ask();
  expect(second.version).not.toBe(first.version);
  expect(second.predictions).toEqual(first.predictions);
});

test("says that it is busy, forgets who went away, and ends when all are answered", async () => {
  await using slow = await serve(folder, "colours=run", "--queue", "1", "--batch-window", "1500");
  const leaving = new AbortController();
  const url = `${slow.url}/v1/models/colours:predict`;
  const init = { method: "POST", body: picture, headers: { "content-type": "image/jpeg" } };
  const inProgress = async (): Promise<boolean> =>
    (await (await fetch(`${slow.url}/metrics`)).text()).includes("classifier_requests_in_progress 1");
  const left = fetch(url, { ...init, signal: leaving.signal });
  left.catch(() => undefined);
  while (!(await inProgress()));
  const refused = await fetch(url, init);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refusal(refused)).toEqual([429, "SERVER_BUSY"]);
  leaving.abort();
  await expect(left).rejects.toThrow();
  while (await inProgress());
  const last = fetch(url, init);
  while (!(await inProgress()));
  slow.kill("SIGTERM");
  const answer = await last;
  expect(answer.headers.get("connection")).toBe("close");
  expect(await predictions(answer)).toEqual([expected]);
  expect((await slow.ended).code).toBe(143);
  expect(slow.logged()).toContain('"status":499');
});

test("answers nothing after the deadline", async () => {
  await using late = await serve(folder, "colours=run", "--deadline", "1", "--batch-window", "9000");
  expect(await refusal(await post(picture, "image/jpeg", "colours", late))).toEqual([
    504,
    "DEADLINE_EXCEEDED",
  ]);
});

test("does not begin with what cannot be served", async () => {
  const taken = await run(folder, ["serve", "run", "--port", new URL(server.url).port]);
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining("[PORT_IN_USE]")]);
  const twice = await run(folder, ["serve", "run", "run/model.onnx"]);
  expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining("[MODEL_NAMES]")]);
  const missing = await run(folder, ["serve", "missing.onnx"]);
  expect(missing.code).toBe(3);
  expect(missing.stderr).toContain("missing.onnx");
});
