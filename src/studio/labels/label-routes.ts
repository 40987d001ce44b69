// What the studio answers about labels: where predictions are, what they contradict, and what has been decided.
import { Hono } from "hono";
import * as z from "zod";
import { readQuery } from "../data/queries.ts";
import { notFound } from "../http/answers.ts";
import type { StudioEnv } from "../http/env.ts";
import type { StudioParts } from "../parts.ts";
import type { LabelSource } from "./api.ts";
import { LabelDesk } from "./label-desk.ts";
import { findSource, findSources } from "./sources.ts";

const decisionSchema = z.strictObject({
  picture: z.int().min(0),
  to: z.union([z.string().max(1000), z.array(z.string().max(1000)).max(10_000)]),
});
const undoSchema = z.strictObject({ name: z.string().max(10_000) });

/** Below `/api/labels`. */
export function labelRoutes({ data, pictures, tables, runs, imports }: StudioParts): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  let opened: LabelDesk | undefined;
  const desk = (): LabelDesk => {
    if (data === undefined || pictures === undefined) throw notFound("no data set is open");
    opened ??= new LabelDesk({ data, pictures, tables, imports });
    return opened;
  };
  app.get("/sources", async (c) => {
    const found = await findSources(runs);
    return c.json(found.map(({ folder: _, ...source }): LabelSource => source));
  });
  app.get("/queue/:source", async (c) =>
    c.json(await desk().queue(await findSource(runs, c.req.param("source")))),
  );
  app.get("/decisions", async (c) => c.json(await desk().decisions()));
  app.post("/decide", async (c) => {
    const { picture, to } = readQuery(decisionSchema, await c.req.json().catch(() => undefined), "BODY");
    return c.json(await desk().decide(picture, to));
  });
  app.post("/drop", async (c) => c.json(await desk().drop()));
  app.post("/undo", async (c) => {
    const { name } = readQuery(undoSchema, await c.req.json().catch(() => undefined), "BODY");
    return c.json(await desk().undo(name));
  });
  return app;
}
