// A search: makes its study or goes on with it, works on it here or in several processes, and says what was found.
import { resolve } from "node:path";
import { ClassifierTrainingError } from "../../core/index.ts";
import { isPostgres, StudyStore } from "../../search/index.ts";
import { importFlags } from "../command-words.ts";
import { assertOneProcess } from "../processes/processes.ts";
import { runLocalWorkers } from "./local-workers.ts";
import { defaultStorage, markFolder } from "./open-study.ts";
import { planStudy, type StudyRequest } from "./plan-study.ts";
import { timeLimit } from "./time-limit.ts";
import { work } from "./worker.ts";

/** What is searched, and how it is watched and stopped. */
export interface SearchRequest extends StudyRequest {
  /** A file, or `postgres://...`; default: `study.db` in the study's folder. */
  readonly storage?: string | undefined;
  /** Program and first words of this command line, for workers that are processes. */
  readonly program: readonly string[];
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

/** Where the study is after a search. */
export interface SearchResult {
  readonly name: string;
  readonly folder: string;
  readonly storage: string;
}

/** Goes on until all trials have ended, the time is over, or it is stopped: the same search then goes on. */
export async function search(request: SearchRequest): Promise<SearchResult> {
  assertOneProcess("the search");
  const { registry, signal, write, program } = request;
  const { name, settings, definition } = await planStudy(request);
  const { folder } = definition.job;
  const given = request.storage ?? defaultStorage(folder);
  const storage = isPostgres(given) ? given : resolve(given);
  await markFolder(folder, name, storage);
  await using store = await StudyStore.open(storage, { signal });
  await store.create(name, definition, settings.trials);
  const study = await store.study(name);
  if (JSON.stringify(comparable(study.definition)) !== JSON.stringify(comparable(definition))) {
    throw new ClassifierTrainingError(
      "usage",
      "STUDY_DIFFERS",
      `the study "${name}" searches something else`,
      {
        where: storage,
        hint: "give this one another name with --study",
      },
    );
  }
  await store.setWanted(name, settings.trials);
  const begun = (await store.trials(name)).length;
  write(
    `study ${name}: ${begun === 0 ? "" : `goes on after ${begun} of `}${settings.trials} trials in ${folder}`,
  );
  using limit = timeLimit(signal, settings.timeout);
  if (settings.workers === 1) {
    await work({ store, study, registry, signal: limit.signal, write, tell: write, own: [] });
  } else {
    const words = [...program, "search", "join", folder];
    const modules = importFlags(request.modules);
    const failed = await runLocalWorkers({
      count: settings.workers,
      program: [...words, ...modules],
      storage,
      folder,
      signal: limit.signal,
      tell: write,
    });
    if (failed > 0) write(`${failed} of ${settings.workers} workers failed: see ${folder}/worker-*.log`);
  }
  return { name, folder, storage };
}

/** What makes the study; on which terms its trials are retried may change. */
function comparable({
  space,
  objectives,
  job,
}: {
  space: unknown;
  objectives: unknown;
  job: unknown;
}): unknown {
  const { retries: _, silence: __, cwd: ___, ...rest } = job as Record<string, unknown>;
  return JSON.parse(JSON.stringify({ space, objectives, rest }));
}
