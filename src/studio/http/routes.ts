// What the studio answers, path by path.
import { Hono } from "hono";
import { ClassifierTrainingError } from "../../core/index.ts";
import { discardBody } from "../../serve/http/discard-body.ts";
import type { StudioInfo } from "../api.ts";
import { changeRoutes } from "../changes/change-routes.ts";
import { dataRoutes } from "../data/data-routes.ts";
import { labelRoutes } from "../labels/label-routes.ts";
import { LARGEST_MODEL } from "../models/dropped-file.ts";
import { MODEL_FILES, modelRoutes } from "../models/routes.ts";
import type { StudioParts } from "../parts.ts";
import { problemRoutes } from "../problems/problem-routes.ts";
import { runRoutes } from "../runs/run-routes.ts";
import { StudioRuns } from "../runs/studio-runs.ts";
import { studyRoutes } from "../runs/study-routes.ts";
import { trainRoutes } from "../runs/train-routes.ts";
import { notFound, refuse } from "./answers.ts";
import type { StudioEnv } from "./env.ts";
import { type Guard, guard } from "./guard.ts";
import { limitBody } from "./limit-body.ts";
import { answerPage, CONTENT_SECURITY_POLICY, type Pages } from "./pages.ts";

/** Of a request; pictures that are tried are the largest. */
const LARGEST_BODY = 50e6;

/** The whole studio but its socket. */
export function createRoutes(parts: StudioParts, entrance: Guard, pages: Pages): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.use(async (c, next) => {
    await next();
    // A run's report has a stricter one of its own.
    if (c.res.headers.get("Content-Security-Policy") === null) {
      c.header("Content-Security-Policy", CONTENT_SECURITY_POLICY);
    }
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Referrer-Policy", "no-referrer");
    // Without these a page has no threads in WebAssembly.
    c.header("Cross-Origin-Opener-Policy", "same-origin");
    c.header("Cross-Origin-Embedder-Policy", "require-corp");
    c.header("Cross-Origin-Resource-Policy", "same-origin");
    if (c.res.headers.get("Cache-Control") === null) c.header("Cache-Control", "no-store");
    // Who was refused in the middle of a body reads why.
    const incoming = (c.env as Partial<StudioEnv["Bindings"]> | undefined)?.incoming;
    if (incoming === undefined || incoming.complete) return;
    await discardBody(incoming);
    if (!incoming.complete) c.header("Connection", "close");
  });
  app.use(guard(entrance));
  app.use(async (c, next) => {
    if (parts.readOnly && c.req.method !== "GET" && c.req.method !== "HEAD") refuseChanges(c.req.path);
    await next();
  });
  app.use(limitBody((path) => (path === MODEL_FILES ? LARGEST_MODEL : LARGEST_BODY)));
  app.get("/api/studio", (c) => c.json(infoOf(parts)));
  app.route("/api/data", dataRoutes(parts));
  app.route("/api/changes", changeRoutes(parts));
  app.route("/api/problems", problemRoutes(parts));
  const runs = new StudioRuns(parts);
  app.route("/api/runs", runRoutes(runs));
  app.route("/api/studies", studyRoutes(runs));
  app.route("/api/train", trainRoutes(runs));
  app.route("/api/models", modelRoutes(parts));
  app.route("/api/labels", labelRoutes(parts));
  app.all("/api/*", () => {
    throw notFound();
  });
  app.get("*", (c) => answerPage(pages, c));
  app.notFound((c) => refuse(notFound(), c, parts.note));
  app.onError((error, c) => refuse(error, c, parts.note));
  return app;
}

/** Asking what a model makes of a picture changes nothing. */
const ALWAYS_ALLOWED = /^\/api\/models\//;

function refuseChanges(path: string): void {
  if (ALWAYS_ALLOWED.test(path)) return;
  throw new ClassifierTrainingError("usage", "READ_ONLY", "the studio was opened to look, not to change", {
    hint: "start it without --read-only, and while no other studio has these pictures open",
  });
}

function infoOf({ version, name, data, runs, readOnly }: StudioParts): StudioInfo {
  return {
    ...{ version, name, runs, readOnly },
    data: data === undefined ? null : { task: data.task, classes: data.splits.train.classes },
  };
}
