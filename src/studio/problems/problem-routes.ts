// What the studio answers about problems: a list of them, and that they be looked for.
import { Hono } from "hono";
import * as z from "zod";
import { picturesIn, readQuery } from "../data/queries.ts";
import type { StudioEnv } from "../http/env.ts";
import type { StudioParts } from "../parts.ts";

const MOST_AT_ONCE = 100;

const rangeSchema = z.object({
  kind: z.enum(["unreadable", "contradicting", "leak", "duplicate", "near"]).optional(),
  from: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().min(0).max(MOST_AT_ONCE).default(20),
});

/** Below `/api/problems`. */
export function problemRoutes(parts: StudioParts): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.get("/", (c) => {
    const { kind, from, count } = readQuery(rangeSchema, c.req.query());
    return c.json(picturesIn(parts).problems.range(kind, from, count));
  });
  app.post("/check", (c) => {
    const { problems } = picturesIn(parts);
    problems.check();
    return c.json(problems.range(undefined, 0, 0));
  });
  return app;
}
