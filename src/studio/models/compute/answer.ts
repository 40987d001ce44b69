// The process that computes: what the studio asks it for, one request after another.
import { importModules } from "../../../app/import-modules.ts";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { type Handlers, type RequestPort, serveRequests } from "../../../runtime/threaded/index.ts";
import { LoadedModels } from "./loaded-models.ts";
import { NeighborIndexes } from "./neighbor-indexes.ts";
import { numberClasses } from "./number-classes.ts";
import type { ComputeRequests } from "./protocol.ts";

await importModules(process.argv.slice(2));
const models = new LoadedModels();
const indexes = new NeighborIndexes(models);

const port: RequestPort = {
  on: (event, listener) => process.on(event, listener as (message: unknown) => void),
  postMessage: (answer) => void process.send!(answer),
};

const handlers: Handlers<ComputeRequests> = {
  adopt: async ({ path }) => ({ remark: await numberClasses(path) }),
  open: (source) => models.facts(source),
  classify: ({ model, picture }) => models.classify(model, picture),
  explain: ({ model, picture, classId }) => models.explain(model, picture, classId),
  advance: (request) => indexes.advance(request),
  nearest: (request) => indexes.nearest(request),
};

const clear = Object.fromEntries(
  Object.entries(handlers).map(([kind, handle]) => [
    kind,
    (body: never) =>
      Promise.resolve(body)
        .then(handle as (body: never) => unknown)
        .catch(refuse),
  ]),
);
serveRequests<ComputeRequests>(port, clear as unknown as Handlers<ComputeRequests>);

// A terminal's Ctrl+C reaches every process: the studio says when this one is to end.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());

/** What onnxruntime says of a model that it cannot compute is no failure of the studio's. */
function refuse(error: unknown): never {
  if (error instanceof ClassifierTrainingError) throw error;
  throw new ClassifierTrainingError("data", "MODEL_FAILED", `the model failed: ${(error as Error).message}`);
}
