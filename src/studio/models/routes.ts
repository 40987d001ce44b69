// What the studio answers about models: which there are, what they say of pictures, why, and what is like them.
import { rm } from "node:fs/promises";
import { type Context, Hono } from "hono";
import { ClassifierTrainingError } from "../../core/index.ts";
import { shorten } from "../../core/shorten.ts";
import { notFound } from "../http/answers.ts";
import type { StudioEnv } from "../http/env.ts";
import type { StudioParts } from "../parts.ts";
import type { Classified, ModelList, NearPicture, Neighbor, OpenedModel } from "./api.ts";
import { ComputeProcess } from "./compute/compute-process.ts";
import { DroppedFiles } from "./dropped-file.ts";
import { FoundModels } from "./found-models.ts";
import { Neighbors } from "./neighbors.ts";

/** Where a model's file is sent to, which has a limit of its own. */
export const MODEL_FILES = "/api/models/files";

/** Pictures that are shown as the nearest. */
const MOST_NEAREST = 12;

/** Below `/api/models`. */
export function modelRoutes(parts: StudioParts): Hono<StudioEnv> {
  const compute = new ComputeProcess(parts);
  const found = new FoundModels(parts.runs);
  const dropped = new DroppedFiles();
  const { data, readOnly } = parts;
  const neighbors = data === undefined ? undefined : new Neighbors({ compute, data, readOnly });
  parts.closing.push({ [Symbol.asyncDispose]: async () => neighbors?.stop() }, compute, dropped);
  const requireNeighbors = (): Neighbors => {
    if (neighbors !== undefined) return neighbors;
    throw new ClassifierTrainingError("usage", "NO_DATA", "no pictures are open", {
      hint: "start the studio with a folder of pictures",
    });
  };
  const model = (c: Context) => found.get(c.req.param("id")!);
  const routes = new Hono<StudioEnv>();

  routes.get("/", async (c) => c.json({ models: await found.list() } satisfies ModelList));

  routes.post("/files", async (c) => {
    const name = shorten(c.req.query("name") ?? "model.onnx", 100);
    const { body } = c.req.raw;
    if (body === null) throw new ClassifierTrainingError("data", "MODEL_INVALID", "the file is empty");
    const path = await dropped.write(body as Parameters<typeof dropped.write>[0]);
    try {
      const { remark } = await compute.ask("adopt", { path });
      await compute.ask("open", { path, run: undefined });
      return c.json(await found.add(name, path, remark));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  });

  routes.get("/:id", async (c) => {
    const { entry, source } = await model(c);
    const facts = await compute.ask("open", source);
    return c.json({
      ...entry,
      ...facts,
      features: facts.features && neighbors !== undefined,
    } satisfies OpenedModel);
  });

  routes.post("/:id/classify", async (c) => {
    const { source } = await model(c);
    const top = wholeNumber(c.req.query("top"), "top") ?? 5;
    const predictions = await compute.ask("classify", { model: source, picture: await pictureOf(c) });
    const named = predictions[0]?.present === undefined ? predictions.slice(0, top) : predictions;
    return c.json({ predictions: named } satisfies Classified);
  });

  routes.post("/:id/explain", async (c) => {
    const { source } = await model(c);
    const classId = wholeNumber(c.req.query("class"), "class");
    return c.json(await compute.ask("explain", { model: source, picture: await pictureOf(c), classId }));
  });

  routes.get("/:id/neighbors", async (c) => c.json(requireNeighbors().state(await model(c))));

  routes.post("/:id/neighbors", async (c) => {
    const chosen = await model(c);
    if (chosen.source.run === undefined) throw notFound("nearest pictures take the weights of a run");
    return c.json(requireNeighbors().begin(chosen));
  });

  routes.post("/:id/nearest", async (c) => {
    const chosen = await model(c);
    const nearest = await requireNeighbors().nearest(chosen, await pictureOf(c), MOST_NEAREST);
    return c.json(nearest.map((neighbor) => inGallery(neighbor, parts)));
  });
  return routes;
}

/** Under its path within the data set, where it still is. */
function inGallery(neighbor: Neighbor, { pictures }: StudioParts): NearPicture {
  const id = pictures?.listing.find(neighbor.name);
  if (id === undefined || !pictures!.listing.has(id)) return { ...neighbor, picture: null };
  return { ...neighbor, picture: id, name: pictures!.listing.name(id) };
}

async function pictureOf(c: Context): Promise<Uint8Array> {
  return new Uint8Array(await c.req.arrayBuffer());
}

/** @throws ClassifierTrainingError kind "usage" `QUERY_INVALID` */
function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new ClassifierTrainingError("usage", "QUERY_INVALID", `${name} is not a whole number from 0`);
}
