// The OpenAPI document against the schema of OpenAPI 3.1, and every answer that it promises against the document.
import { readFile, rename } from "node:fs/promises";
import { request } from "node:http";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { greyPicture, predictionOf, serverInProcess } from "../../../test/support/model-server.ts";

/** Of the validator, what is used: `ajv` is CommonJS. */
interface Validator {
  addKeyword(name: string): void;
  compile(schema: object): ((value: unknown) => boolean) & { readonly errors?: unknown };
}
const require = createRequire(import.meta.url);
const { Ajv2020 } = require("ajv/dist/2020.js") as { readonly Ajv2020: new (options: object) => Validator };
const addFormats = require("ajv-formats") as (validator: Validator) => void;

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}
interface Operation {
  readonly responses?: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>;
}
interface Media {
  readonly schema: object;
}

const PREDICT = "/v1/models/{name}:predict";
const MODEL = "/v1/models/{name}";
const SCHEMA = new URL("../../../test/golden/openapi/schema-3.1.json", import.meta.url);

function validator(strict: boolean): Validator {
  // Of formats beside JSON Schema's own nothing is checked.
  const ajv = new Ajv2020({ strict, allErrors: true, formats: { "media-range": true } });
  addFormats(ajv);
  ajv.addKeyword("components");
  return ajv;
}

function expectValid(schema: object, value: unknown, strict = true): void {
  const validate = validator(strict).compile(schema);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

/** Checks answers against what is documented of their paths, and remembers which were seen. */
class Promises {
  readonly #document: Document;
  readonly #missing: Set<string>;

  constructor(document: Document) {
    this.#document = document;
    this.#missing = new Set(
      Object.entries(document.paths).flatMap(([path, item]) =>
        Object.values(item).flatMap(({ responses = {} }) =>
          Object.keys(responses).map((status) => `${path} ${status}`),
        ),
      ),
    );
  }

  get missing(): string[] {
    return [...this.#missing];
  }

  async check(path: string, status: number, answer: Response): Promise<void> {
    expect([path, answer.status]).toEqual([path, status]);
    const method = path === PREDICT ? "post" : "get";
    const { content } = this.#document.paths[path]![method]!.responses![status]!;
    const [[type, { schema }]] = Object.entries(content) as [[string, Media]];
    expect(answer.headers.get("content-type")).toContain(type);
    const body: unknown = type === "application/json" ? await answer.json() : await answer.text();
    expectValid(this.described(schema), body);
    this.#missing.delete(`${path} ${status}`);
  }

  /** A schema of the document by itself. */
  described(schema: object): object {
    return { ...schema, components: this.#document.components };
  }
}

/** A body that does not go on. */
function begun(url: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "image/png", "content-length": 900 };
    const asked = request(`${url}/v1/models/small:predict`, { method: "POST", headers }, async (answer) => {
      const chunks = (await answer.toArray()) as Buffer[];
      const type = answer.headers["content-type"]!;
      resolve(
        new Response(Buffer.concat(chunks), {
          status: answer.statusCode!,
          headers: { "content-type": type },
        }),
      );
    });
    asked.on("error", reject).write("abc");
  });
}

test("the document is OpenAPI 3.1, and every answer is as it says", async () => {
  await using server = await serverInProcess({ bodyTimeoutMs: 300, maxBodyBytes: 50_000 });
  const { url, model } = server;
  const get = (path: string): Promise<Response> => fetch(url + path);
  const document = (await (await get("/openapi.json")).json()) as Document;
  // https://spec.openapis.org/oas/3.1/schema/2026-08-03; strictness is for schemas of our own.
  expectValid(JSON.parse(await readFile(SCHEMA, "utf8")) as object, document, false);
  const promises = new Promises(document);

  await promises.check("/healthz", 200, await get("/healthz"));
  await promises.check("/readyz", 200, await get("/readyz"));
  await promises.check("/metrics", 200, await get("/metrics"));
  await promises.check("/openapi.json", 200, await get("/openapi.json"));
  await promises.check("/v1/models", 200, await get("/v1/models"));
  await promises.check(MODEL, 200, await get("/v1/models/small"));
  await promises.check(MODEL, 404, await get("/v1/models/large"));

  const picture = await greyPicture();
  const instances = { instances: [{ b64: picture.toString("base64") }, [[[1, 2, 3]]]] };
  expectValid(promises.described({ $ref: "#/components/schemas/Instances" }), instances);
  const form = new FormData();
  form.append("a", new Blob([picture]), "a.jpg");
  const ask = (...asked: [Buffer<ArrayBuffer> | FormData | string, string?]) =>
    predictionOf(server, ...asked);
  await promises.check(PREDICT, 200, await ask(picture, "image/jpeg"));
  await promises.check(PREDICT, 200, await ask(form));
  await promises.check(PREDICT, 200, await ask(JSON.stringify(instances), "application/json"));
  await promises.check(PREDICT, 400, await ask("{", "application/json"));
  await promises.check(PREDICT, 404, await fetch(`${url}/v1/models/large:predict`, { method: "POST" }));
  await promises.check(PREDICT, 408, await begun(url));
  await promises.check(PREDICT, 413, await ask(Buffer.alloc(50_001), "image/jpeg"));
  await promises.check(PREDICT, 415, await ask("a=b", "text/plain"));
  await promises.check(PREDICT, 422, await ask("no picture", "image/jpeg"));

  await using slow = await serverInProcess({ batchWindowMs: 9000, deadlineMs: 1000, maxRequests: 1 });
  const late = predictionOf(slow, picture);
  let busy = await predictionOf(slow, picture);
  while (busy.status !== 429) busy = await predictionOf(slow, picture);
  expect(busy.headers.get("retry-after")).toBe("1");
  await promises.check(PREDICT, 429, busy);
  await promises.check(PREDICT, 504, await late);

  await rename(model, `${model}.away`);
  await server.threads[1]!.terminate();
  await promises.check("/readyz", 503, await get("/readyz"));
  await promises.check(MODEL, 503, await get("/v1/models/small"));
  await promises.check(PREDICT, 503, await ask(picture));
  expect(promises.missing).toEqual([]);
});
