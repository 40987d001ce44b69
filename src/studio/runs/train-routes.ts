// What the studio answers about a training that is to begin: its form, and its start.
import { Hono } from "hono";
import * as z from "zod";
import { parseOptions } from "../../core/index.ts";
import type { StudioEnv } from "../http/env.ts";
import type { FormRequest, StartedTraining } from "./api.ts";
import type { StudioRuns } from "./studio-runs.ts";

/** Settings, and characters of each. */
const [MOST_SETTINGS, LONGEST] = [200, 10_000];

const text = z.string().max(LONGEST);
const formSchema: z.ZodType<FormRequest> = z.strictObject({
  settings: z
    .array(z.tuple([text.regex(/^[\w@./-]+$/, "is no key of a configuration"), text]))
    .max(MOST_SETTINGS),
  words: z.array(text).max(MOST_SETTINGS),
});

/** Below `/api/train`. */
export function trainRoutes({ forms, trainings }: StudioRuns): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.post("/form", async (c) => {
    const request = parseOptions("request", formSchema, await c.req.json().catch(() => undefined));
    return c.json((await forms.compose(request)).form);
  });
  app.post("/start", async (c) => {
    const request = parseOptions("request", formSchema, await c.req.json().catch(() => undefined));
    const started: StartedTraining = { id: await trainings.start(request) };
    return c.json(started);
  });
  return app;
}
