// What the studio answers about runs: lists, live news, details, files, and asking one to stop or to go on.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Hono } from "hono";
import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import { notFound } from "../http/answers.ts";
import type { StudioEnv } from "../http/env.ts";
import type { RunLogTail } from "./api.ts";
import { Comparison } from "./comparison.ts";
import { followStream } from "./follow-stream.ts";
import { detailOf, PICTURES } from "./run-detail.ts";
import { insideOf, tailOf } from "./run-files.ts";
import type { StudioRuns } from "./studio-runs.ts";

/** Runs whose curves or settings are shown together. */
const MOST_TOGETHER = 20;
/** Bytes of a log that are shown. */
const LOG_TAIL = 32_768;

/** What a report may do: run its own script, without being a page of the studio. */
const REPORT_POLICY =
  "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'";

const PNG = [0x89, 0x50, 0x4e, 0x47];

const stopSchema = z.strictObject({ now: z.boolean().default(false) });
const resumeSchema = z.strictObject({ maxEpochs: z.int().min(1).optional() });

/** Below `/api/runs`. */
export function runRoutes(runs: StudioRuns): Hono<StudioEnv> {
  const { follower, launcher, stopping, trainings, tables } = runs;
  const app = new Hono<StudioEnv>();
  const comparison = new Comparison();
  const foldersOf = (ids: readonly string[]): Promise<string[]> =>
    Promise.all(ids.map(async (id) => (await follower.run(id)).folder.path));
  app.get("/", async (c) => c.json(await follower.rows()));
  app.get("/follow", (c) => followStream(c, follower, idsIn(c.req.query("history"))));
  app.get("/compare", async (c) => {
    const ids = idsIn(c.req.query("runs"));
    return c.json(await comparison.of(await Promise.all(ids.map((id) => follower.run(id)))));
  });
  app.get("/:id", async (c) =>
    c.json(await detailOf(await follower.run(c.req.param("id")), tables, runs.findPicture)),
  );
  app.get("/:id/log", async (c) => {
    const id = c.req.param("id");
    const own = launcher.logOf(id);
    const tail: RunLogTail = {
      text: existsSync(own) ? await tailOf(own, LOG_TAIL) : await logOf((await foldersOf([id]))[0]!),
    };
    return c.json(tail);
  });
  app.get("/:id/report", async (c) => {
    const [folder] = await foldersOf([c.req.param("id")]);
    const page = new Uint8Array(await readFile(await insideOf(folder!, "report.html")));
    return c.body(page, 200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": REPORT_POLICY,
    });
  });
  app.get("/:id/pictures/:folder/:name", async (c) => {
    const { folder: drawn, name } = c.req.param();
    if (!PICTURES.includes(`${drawn}/${name}`)) throw notFound();
    const [folder] = await foldersOf([c.req.param("id")]);
    const bytes = new Uint8Array(await readFile(await insideOf(folder!, `${drawn}/${name}.png`)));
    if (!PNG.every((byte, i) => bytes[i] === byte)) throw notFound("this is no picture");
    return c.body(bytes, 200, { "Content-Type": "image/png" });
  });
  app.post("/:id/stop", async (c) => {
    const { now } = parseOptions("request", stopSchema, await c.req.json().catch(() => ({})));
    await stopping.stop(c.req.param("id"), now);
    return c.json({});
  });
  app.post("/:id/resume", async (c) => {
    const { maxEpochs } = parseOptions("request", resumeSchema, await c.req.json().catch(() => ({})));
    await trainings.resume(c.req.param("id"), maxEpochs);
    return c.json({});
  });
  return app;
}

function idsIn(list: string | undefined): string[] {
  return (list ?? "")
    .split(",")
    .filter((id) => id !== "")
    .slice(0, MOST_TOGETHER);
}

/** Of a run that was started elsewhere: what it has written down itself. */
async function logOf(folder: string): Promise<string> {
  const path = await insideOf(folder, "classifier-training.log").catch(() => undefined);
  return path === undefined ? "" : tailOf(path, LOG_TAIL);
}
