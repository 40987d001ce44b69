// What the studio answers about pictures: lists of them, facts, thumbnails, whole pictures.
import { Hono } from "hono";
import * as z from "zod";
import type { StudioEnv } from "../http/env.ts";
import type { StudioParts } from "../parts.ts";
import { type DataSummary, type PictureRange, SIZE_BOUNDS } from "./api.ts";
import { type Listing, PROBLEM_KINDS } from "./listing.ts";
import type { OpenPictures } from "./open-pictures.ts";
import { idOf, picturesIn, readQuery } from "./queries.ts";

const MOST_AT_ONCE = 1000;

const filterSchema = z.object({
  label: z.coerce.number().int().min(0).optional(),
  part: z.enum(["train", "val", "test"]).optional(),
  size: z.coerce.number().int().min(0).max(SIZE_BOUNDS.length).optional(),
  problem: z.enum(["unreadable", "contradicting", "leak", "duplicate", "near"]).optional(),
  name: z.string().min(1).max(1000).optional(),
});
const rangeSchema = filterSchema.extend({
  from: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().min(0).max(MOST_AT_ONCE).default(100),
});

/** Numbers alone are told of any number of pictures. */
const selectionSchema = filterSchema.extend({
  from: z.coerce.number().int().min(0).default(0),
  count: z.coerce.number().int().min(0).optional(),
});

/** Below `/api/data`. */
export function dataRoutes(parts: StudioParts): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  const open = (): OpenPictures => picturesIn(parts);
  app.get("/summary", (c) => c.json(summaryOf(open())));
  app.get("/pictures", (c) => {
    const { listing, sizes } = open();
    const { from, count, ...filter } = readQuery(rangeSchema, c.req.query());
    if (filter.size !== undefined) sizes.begin();
    const ids = listing.matching(filter);
    const pictures = ids.slice(from, from + count).map((id) => listing.listed(id));
    return c.json({ total: ids.length, from, pictures } satisfies PictureRange);
  });
  app.get("/ids", (c) => {
    const { from, count, ...filter } = readQuery(selectionSchema, c.req.query());
    const ids = open().listing.matching(filter);
    return c.json(ids.slice(from, count === undefined ? undefined : from + count));
  });
  app.get("/pictures/:id", async (c) => c.json(await open().pictures.facts(idOf(c.req.param("id")))));
  app.get("/pictures/:id/whole", async (c) => {
    const { type, bytes } = await open().pictures.whole(idOf(c.req.param("id")));
    return c.body(new Uint8Array(bytes), 200, { "Content-Type": type, "Cache-Control": "no-store" });
  });
  app.get("/thumbnails/:id", async (c) => {
    const { type, bytes, tag } = await open().thumbnails.of(idOf(c.req.param("id")), c.req.raw.signal);
    // A picture's number may be another's after the next start, so browsers ask again.
    const headers = { ETag: `"${tag}"`, "Cache-Control": "private, no-cache" };
    if (c.req.header("If-None-Match") === headers.ETag) return c.body(null, 304, headers);
    return c.body(new Uint8Array(bytes), 200, { ...headers, "Content-Type": type });
  });
  return app;
}

function summaryOf({ listing, sizes, fixed }: OpenPictures): DataSummary {
  const byPart = <T>(
    of: (part: Listing["parts"][number]) => T,
  ): Partial<Record<Listing["parts"][number], T>> =>
    Object.fromEntries(listing.parts.map((part) => [part, of(part)]));
  return {
    classes: listing.classes,
    counts: byPart((part) => listing.counts(part)),
    pictures: byPart((part) => listing.count(part)),
    problems: Object.fromEntries(
      PROBLEM_KINDS.map((kind) => [kind, listing.problemCount(kind)]),
    ) as DataSummary["problems"],
    version: listing.version,
    fixed,
    measured: sizes.measured,
  };
}
