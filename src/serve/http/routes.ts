// What the server answers, path by path.
import { type Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { didYouMean, shorten } from "../../core/index.ts";
import { taskOfLabels } from "../../inference/index.ts";
import { answerTo, requestError } from "../errors.ts";
import type { ServedModel } from "../served-model.ts";
import { discardBody } from "./discard-body.ts";
import { observe, type ServeEnv } from "./observe.ts";
import { openApiDocument } from "./open-api.ts";
import type { ServerParts } from "./parts.ts";
import { predict } from "./predict.ts";

const PREDICT = ":predict";

/** The whole server but its socket. */
export function createRoutes(parts: ServerParts): Hono<ServeEnv> {
  const { metrics, models } = parts;
  const app = new Hono<ServeEnv>();
  const document = openApiDocument(parts.version);
  app.use(observe(metrics, parts.log));
  app.use(async (c, next) => {
    await next();
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Cache-Control", "no-store");
    await discardBody(c.env.incoming);
    if (parts.isStopping() || !c.env.incoming.complete) c.header("Connection", "close");
  });
  const get = (path: string, answer: (c: Context<ServeEnv>) => Response | Promise<Response>): void => {
    app.get(path, answer);
    app.all(path, (c) => refuseMethod(c, "GET"));
  };
  get("/healthz", (c) => c.json({ status: "alive" }));
  get("/readyz", (c) => {
    checkReady(parts);
    return c.json({ status: "ready" });
  });
  get("/metrics", async (c) => c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType }));
  get("/openapi.json", (c) => c.json(document));
  get("/v1/models", (c) => c.json({ models: Array.from(models.values(), describe) }));
  app.all("/v1/models/:target", async (c) => {
    const target = c.req.param("target");
    const isPrediction = target.endsWith(PREDICT);
    const model = find(models, isPrediction ? target.slice(0, -PREDICT.length) : target);
    if (!isPrediction) return c.req.method === "GET" ? c.json(describe(model)) : refuseMethod(c, "GET");
    return c.req.method === "POST" ? predict(c, model, parts) : refuseMethod(c, "POST");
  });
  const refuse = (error: Error, c: Context<ServeEnv>): Response => {
    const { status, body, passing } = answerTo(error);
    c.set("code", body.error.code);
    if (status === 500) parts.note(`a request failed: ${error.message}`);
    if (passing) c.header("Retry-After", "1");
    return c.json(body, status as ContentfulStatusCode);
  };
  app.onError(refuse);
  app.notFound((c) =>
    refuse(requestError("NOT_FOUND", "there is nothing here", "/openapi.json says what there is"), c),
  );
  return app;
}

function checkReady({ models, isStopping }: ServerParts): void {
  if (isStopping()) throw requestError("STOPPING", "the server is stopping");
  for (const model of models.values()) void model.version;
}

function find(models: ReadonlyMap<string, ServedModel>, name: string): ServedModel {
  const model = models.get(name);
  if (model !== undefined) return model;
  const message = `there is no model "${shorten(name, 60)}"`;
  throw requestError("MODEL_UNKNOWN", message, didYouMean(name.slice(0, 60), [...models.keys()]));
}

function refuseMethod(c: Context<ServeEnv>, allowed: string): never {
  c.header("Allow", allowed);
  throw requestError("METHOD_NOT_ALLOWED", `${allowed} is answered here alone`);
}

function describe({ source, version }: ServedModel): object {
  const { labels, bytes, sha256, calibrated } = version.description;
  return {
    name: source.name,
    version: sha256,
    loaded_at: version.loadedAt.toISOString(),
    bytes,
    architecture: labels.model_name,
    task: taskOfLabels(labels),
    classes: Array.from({ length: labels.num_classes }, (_, i) => labels.idx_to_class[i] ?? String(i)),
    ...(labels.thresholds !== undefined && { thresholds: labels.thresholds }),
    image_size: labels.image_size,
    calibrated,
  };
}
