// What the studio answers about studies of `search` below the folder of runs.
import { join } from "node:path";
import { Hono } from "hono";
import { readStudy } from "../../app/index.ts";
import { studiesBelow } from "../../app/run/run-folder.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { notFound } from "../http/answers.ts";
import type { StudioEnv } from "../http/env.ts";
import type { StudyRow } from "./api.ts";
import { insideOf } from "./run-files.ts";
import { idOf, nameBelow } from "./run-names.ts";
import type { StudioRuns } from "./studio-runs.ts";

/** Below `/api/studies`. */
export function studyRoutes({ follower: { root } }: StudioRuns): Hono<StudioEnv> {
  const app = new Hono<StudioEnv>();
  app.get("/", async (c) => {
    const names = (await studiesBelow(root)).map((path) => nameBelow(root, path)).sort();
    return c.json(names.map((name): StudyRow => ({ id: idOf(name), name })));
  });
  app.get("/:id", async (c) => {
    const found = (await studiesBelow(root)).find(
      (path) => idOf(nameBelow(root, path)) === c.req.param("id"),
    );
    if (found === undefined) throw notFound("there is no such study");
    const storage = await storageOf(found);
    return c.json((await readStudy({ study: found, storage })).report);
  });
  return app;
}

/** The study's own database: a folder that somebody else has filled leads nowhere else. */
async function storageOf(folder: string): Promise<string> {
  const storage = await insideOf(folder, "study.db").catch(() => undefined);
  if (storage !== undefined) return storage;
  throw new ClassifierTrainingError("usage", "STUDY_ELSEWHERE", "this study is stored outside its folder", {
    where: nameBelow(join(folder, ".."), folder),
    hint: "look at it with classifier-training search report",
  });
}
