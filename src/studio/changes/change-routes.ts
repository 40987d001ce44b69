// What the studio answers about changes: the list of them, a new one, an undo.
import { Hono } from "hono";
import * as z from "zod";
import { idOf, picturesIn, readQuery } from "../data/queries.ts";
import { notFound } from "../http/answers.ts";
import type { StudioEnv } from "../http/env.ts";
import type { StudioParts } from "../parts.ts";
import type { Changes } from "./changes.ts";

const MOST_AT_ONCE = 200;

const ids = z.array(z.int().min(0)).min(1);
const requestSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("move"), ids, label: z.int().min(0) }),
  z.strictObject({ action: z.enum(["set-aside", "delete"]), ids }),
  z.strictObject({
    action: z.literal("dismiss"),
    problem: z.string().min(1).max(100),
    title: z.string().max(200),
  }),
]);
const rangeSchema = z.object({
  from: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().min(0).max(MOST_AT_ONCE).default(50),
});

/** Below `/api/changes`. */
export function changeRoutes(parts: StudioParts): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  const changes = (): Changes => {
    const { changes: found, beside } = picturesIn(parts);
    if (found === undefined || beside === undefined) throw notFound("nothing can be changed here");
    return found;
  };
  app.get("/", (c) => {
    const { from, count } = readQuery(rangeSchema, c.req.query());
    return c.json(picturesIn(parts).changes?.range(from, count) ?? { total: 0, changes: [] });
  });
  /** What else is about the pictures follows them. */
  const follow = async (): Promise<void> => {
    const { problems, decisions } = picturesIn(parts);
    problems.refresh();
    await decisions?.settle().catch((error: Error) => parts.note(error.message));
  };
  app.post("/", async (c) => {
    const request = readQuery(requestSchema, await c.req.json().catch(() => undefined));
    const result = await changes().apply(request);
    await follow();
    return c.json(result);
  });
  app.post("/:id/undo", async (c) => {
    const result = await changes().undo(idOf(c.req.param("id")));
    await follow();
    return c.json(result);
  });
  return app;
}
