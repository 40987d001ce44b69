// Models are tried through the studio's own routes: what they say is what `predict` says, and nothing that is sent ends in a 500.
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeFolder, run, temporaryFolder, writeColourPictures } from "../../../test/e2e/command.ts";
import { allComponents } from "../../app/index.ts";
import { decodeModel, encodeModel } from "../../onnx/index.ts";
import { openData } from "../data/open-data.ts";
import { openPictures } from "../data/open-pictures.ts";
import { createRoutes } from "../http/routes.ts";
import { TableThread } from "../tables/table-thread.ts";
import type {
  Classified,
  HeatAnswer,
  ModelEntry,
  ModelList,
  NearPicture,
  NeighborState,
  OpenedModel,
} from "./api.ts";

const ENTRANCE = { token: "a-token-of-some-length", hosts: ["localhost"], cookie: "studio" };

/** A network that the toolkit brings along, in a few steps. */
const SMALL: readonly string[] = [
  ...["model=shufflenet_v2_x0_5", "model.warmup_epochs=0", "data.image_size=32", "data.batch_size=8"],
  ...["data.num_workers=0", "callbacks=minimal", "runtime=onnxruntime", "trainer.max_epochs=1"],
];

let folder: string;
let app: ReturnType<typeof createRoutes>;
const closing: AsyncDisposable[] = [];
const notes: string[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await writeColourPictures(join(folder, "photos"));
  const { stderr, code } = await run(folder, [
    "train",
    ...SMALL,
    "data.root=photos",
    "hydra.run.dir=outputs/one",
  ]);
  expect(code, stderr).toBe(0);
  const configuration = { overrides: [`data.root=${join(folder, "photos")}`] };
  const note = (line: string): void => void notes.push(line);
  const data = await openData({ imports: [], configuration, registry: allComponents(), note });
  const pictures = await openPictures({ data, beside: undefined, note });
  closing.push({ [Symbol.asyncDispose]: async () => pictures.close() });
  const facts = { version: "", name: "photos", runs: join(folder, "outputs"), readOnly: false };
  const parts = { ...facts, data, pictures, tables: new TableThread(undefined), imports: [], closing, note };
  app = createRoutes(parts, ENTRANCE, new Map());
}, 120_000);
afterAll(async () => {
  for (const part of closing) await part[Symbol.asyncDispose]();
  await removeFolder(folder);
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

async function ask<T>(path: string, body?: Uint8Array<ArrayBuffer> | string): Promise<Answer<T>> {
  const headers = { Host: "localhost", Cookie: `studio=${ENTRANCE.token}`, "X-Studio": "1" };
  const method = body === undefined ? "GET" : "POST";
  const length = body === undefined ? {} : { "Content-Length": String(body.length) };
  const request = new Request(`http://localhost/api/models${path}`, {
    method,
    headers: { ...headers, ...length },
    body: body ?? null,
  });
  const response = await app.request(request);
  return { status: response.status, body: (await response.json()) as T };
}

async function readPicture(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(folder, path)));
}

async function theRun(): Promise<ModelEntry> {
  const { body } = await ask<ModelList>("");
  return body.models.find(({ kind }) => kind === "run")!;
}

test("the runs with a model, and how they were judged", async () => {
  const entry = await theRun();
  expect(entry).toMatchObject({
    name: "one",
    kind: "run",
    score: { metric: expect.stringMatching(/acc_top1$/) },
  });
  const { body } = await ask<OpenedModel>(`/${entry.id}`);
  expect(body).toMatchObject({
    classes: ["blue", "green", "red"],
    imageSize: [32, 32],
    heat: "gradcam",
    features: true,
  });
});

test("says of pictures what `predict` says", async () => {
  const { id } = await theRun();
  const { stdout } = await run(folder, ["predict", "outputs/one", "photos/test", "--json", "--top-k", "3"]);
  const lines = stdout.trim().split("\n");
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    const { picture, predictions } = JSON.parse(line) as {
      picture: string;
      predictions: { label: string; confidence: number }[];
    };
    const { body } = await ask<Classified>(`/${id}/classify?top=3`, await readPicture(picture));
    expect(body.predictions.map(({ label }) => label)).toEqual(predictions.map(({ label }) => label));
    for (const [i, { confidence }] of predictions.entries())
      expect(Math.abs(body.predictions[i]!.confidence - confidence)).toBeLessThan(1e-6);
  }
});

test("a heat map of the class that is asked for, from the weights of the run", async () => {
  const { id } = await theRun();
  const picture = await readPicture("photos/test/red/0.jpg");
  const { body } = await ask<HeatAnswer>(`/${id}/explain?class=1`, picture);
  expect(body).toMatchObject({ width: 32, height: 32, explained: { label: "green" } });
  expect(body.how).toContain("Grad-CAM");
  expect(Buffer.from(body.heat, "base64")).toHaveLength(32 * 32 * 4);
  expect(body.picture).toMatch(/^data:image\/jpeg;base64,/);
  const { body: said } = await ask<Classified>(`/${id}/classify`, picture);
  const { body: first } = await ask<HeatAnswer>(`/${id}/explain`, picture);
  expect(first.explained.label).toBe(said.predictions[0]!.label);
});

test("the nearest training pictures, whose features are computed once", async () => {
  const { id } = await theRun();
  const picture = await readPicture("photos/train/green/0.jpg");
  expect(await ask(`/${id}/nearest`, picture)).toMatchObject({ status: 400 });
  const state = async (): Promise<NeighborState> => (await ask<NeighborState>(`/${id}/neighbors`)).body;
  expect(await state()).toMatchObject({ state: "none", done: 0 });
  await ask(`/${id}/neighbors`, "");
  await expect.poll(state, { timeout: 60_000 }).toMatchObject({ state: "ready" });
  const { body } = await ask<NearPicture[]>(`/${id}/nearest`, picture);
  const itself = body.find(({ name }) => name === "train/green/0.jpg");
  expect(itself).toMatchObject({
    label: "green",
    picture: expect.any(Number),
    similarity: expect.closeTo(1, 5),
  });
  expect(body.map(({ similarity }) => similarity)).toEqual(
    body.map(({ similarity }) => similarity).sort((a, b) => b - a),
  );
  const kept = await readdir(join(folder, "photos.studio", "features"));
  expect(kept).toHaveLength(1);
});

test("an .onnx file is tried as well: explained by occlusion; without labels by numbers", async () => {
  const model = await readPicture("outputs/one/model.onnx");
  const { body: file } = await ask<ModelEntry>("/files?name=mine.onnx", model);
  expect(file).toMatchObject({ name: "mine.onnx", kind: "file" });
  const picture = await readPicture("photos/test/red/0.jpg");
  const { id } = await theRun();
  const [ofFile, ofRun] = [await ask(`/${file.id}/classify`, picture), await ask(`/${id}/classify`, picture)];
  expect(ofFile).toEqual(ofRun);
  expect((await ask<HeatAnswer>(`/${file.id}/explain`, picture)).body.how).toContain("Occlusion");
  const unlabelled = encodeModel({ ...decodeModel(model), metadataProps: [] });
  const { body: numbered } = await ask<ModelEntry>("/files", new Uint8Array(unlabelled));
  expect(numbered.remark).toContain("numbers");
  expect((await ask<OpenedModel>(`/${numbered.id}`)).body.classes).toEqual(["0", "1", "2"]);
  expect((await ask<ModelList>("")).body.models.map(({ kind }) => kind)).toEqual(["file", "file", "run"]);
});

/** A PNG whose header says that it has so many pixels. */
function bomb(side: number): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  bytes.writeUInt32BE(side, 16);
  bytes.writeUInt32BE(side, 20);
  return new Uint8Array(bytes);
}

describe("what is no picture is refused in a line", () => {
  test.each<readonly [string, (picture: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>, number, string]>(
    [
      ["nothing", () => new Uint8Array(0), 422, "PICTURE_EMPTY"],
      ["half a picture", (picture) => picture.slice(0, 200), 422, "PICTURE_CORRUPT"],
      [
        "a text",
        () => new TextEncoder().encode("<svg onload=alert(1)>") as Uint8Array<ArrayBuffer>,
        422,
        "PICTURE_",
      ],
      ["a bomb", () => bomb(60_000), 422, "PICTURE_"],
      ["50 MB of zeros", () => new Uint8Array(50e6), 422, "PICTURE_FORMAT"],
      ["more than that", () => new Uint8Array(50e6 + 1), 413, "BODY_TOO_LARGE"],
    ],
  )("%s", async (_, make, status, code) => {
    const { id } = await theRun();
    const sent = make(await readPicture("photos/test/red/0.jpg"));
    for (const what of ["classify", "explain", "nearest"]) {
      const answer = await ask<{ error: { code: string; message: string } }>(`/${id}/${what}`, sent);
      expect(answer.status).toBe(status);
      expect(answer.body.error.code).toContain(code);
      expect(answer.body.error.message).not.toContain("\n");
    }
  });
});

test("what is no model is refused in a line", async () => {
  const model = await readPicture("outputs/one/model.onnx");
  for (const sent of ["", "no model", model.slice(0, 5000), new Uint8Array(1e6)]) {
    const { status, body } = await ask<{ error: { message: string } }>("/files?name=x.onnx", sent);
    expect(status).toBe(422);
    expect(body.error.message).not.toContain("\n");
  }
});

test("ids name models, and nothing else: no path, and no link that leads out", async () => {
  await mkdir(join(folder, "elsewhere"));
  await writeFile(join(folder, "elsewhere/model.onnx"), await readPicture("outputs/one/model.onnx"));
  await mkdir(join(folder, "outputs/linked/.hydra"), { recursive: true });
  await writeFile(join(folder, "outputs/linked/.hydra/config.yaml"), "{}");
  await symlink(join(folder, "elsewhere/model.onnx"), join(folder, "outputs/linked/model.onnx"));
  const { body } = await ask<ModelList>("");
  expect(body.models.map(({ name }) => name)).not.toContain("linked");
  for (const id of ["one", "..%2Felsewhere%2Fmodel.onnx", "%2Fetc%2Fpasswd", "0000000000000000"])
    expect((await ask(`/${id}/classify`, "")).status).toBe(404);
  const { id } = await theRun();
  expect((await ask(`/${id}/classify?top=-1`, "")).status).toBe(400);
  expect((await ask(`/${id}/explain?class=77`, await readPicture("photos/test/red/0.jpg"))).status).toBe(400);
});

test("nothing was noted", () => expect(notes).toEqual([]));
