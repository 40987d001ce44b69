// What is wrong with the pictures: found by the command line's checks, seen with the eyes of what was changed since.
import { createHash } from "node:crypto";
import type { DuplicateReport } from "../../app/index.ts";
import type { ClassifierTrainingError } from "../../core/index.ts";
import type { VerificationReport } from "../../inspect/index.ts";
import type { ProblemKind } from "../data/api.ts";
import type { Listing } from "../data/listing.ts";
import type { OpenData } from "../data/open-data.ts";
import type { StudioStore } from "../store/store.ts";
import type { CheckName, CheckState, Problem, ProblemRange } from "./api.ts";
import { runCheck } from "./check.ts";
import { type FoundProblem, foundIn } from "./found-problems.ts";

/** What the problems are of. */
export interface ProblemsRequest {
  /** What the checks are told to look at. */
  readonly data: OpenData;
  readonly listing: Listing;
  readonly store: StudioStore;
  /** The keys of those that are in order. */
  dismissed(): ReadonlySet<string>;
}

/** The last result of a check, as it is kept. */
interface Result<R> {
  /** Of the listing that it was made of. */
  readonly fingerprint: string;
  readonly at: string;
  readonly seconds: number;
  readonly report: R;
}

/** What a check made, by its name. */
interface Reports {
  readonly verify: VerificationReport;
  readonly dedupe: DuplicateReport;
}

const CHECKS: readonly CheckName[] = ["verify", "dedupe"];

/** The problems of the open data set. */
export class Problems {
  readonly #data: ProblemsRequest;
  readonly #results: { [K in CheckName]?: Result<Reports[K]> } = {};
  readonly #errors: Partial<Record<CheckName, string>> = {};
  /** The check that runs, and when it began. */
  #running: { readonly name: CheckName; readonly at: Date } | undefined;
  #stop: AbortController | undefined;
  #found: readonly FoundProblem[] = [];
  #fingerprint: { readonly version: number; readonly text: string } | undefined;

  constructor(data: ProblemsRequest) {
    this.#data = data;
    for (const name of CHECKS) {
      const kept = data.store.document(name);
      if (kept !== undefined) this.#results[name] = JSON.parse(kept);
    }
    this.refresh();
  }

  /** Looks again at which problems are left, after pictures have been moved or problems dismissed. */
  refresh(): void {
    const { listing, dismissed } = this.#data;
    const { verify, dedupe } = this.#results;
    const inOrder = dismissed();
    this.#found = foundIn(verify?.report, dedupe?.report, listing).filter(({ key }) => !inOrder.has(key));
    const ofPictures = new Map<number, Set<ProblemKind>>();
    for (const { ids, kinds } of this.#found) {
      for (const id of ids) {
        const known = ofPictures.get(id) ?? new Set();
        ofPictures.set(id, known);
        for (const kind of kinds) known.add(kind);
      }
    }
    listing.setProblems(ofPictures);
  }

  /** Some of the problems. @param kind only those of this kind */
  range(kind: ProblemKind | undefined, from: number, count: number): ProblemRange {
    const chosen = kind === undefined ? this.#found : this.#found.filter(({ kinds }) => kinds.includes(kind));
    const problems = chosen.slice(from, from + count).map((problem) => this.#shown(problem));
    const checks = { verify: this.#state("verify"), dedupe: this.#state("dedupe") };
    return { checks, total: chosen.length, from, problems };
  }

  /** Begins to look for problems, where nothing does already. */
  check(): void {
    if (this.#running !== undefined) return;
    this.#stop = new AbortController();
    void this.#checkAll(this.#stop.signal);
  }

  /** Ends the checks that run. */
  close(): void {
    this.#stop?.abort();
  }

  async #checkAll(signal: AbortSignal): Promise<void> {
    for (const name of CHECKS) {
      if (signal.aborted) break;
      await this.#check(name, signal);
    }
  }

  async #check<K extends CheckName>(name: K, signal: AbortSignal): Promise<void> {
    const at = new Date();
    this.#running = { name, at };
    delete this.#errors[name];
    const fingerprint = this.#fingerprintNow();
    try {
      const report = (await runCheck(name, this.#data.data, signal)) as Reports[K];
      const seconds = (Date.now() - at.getTime()) / 1000;
      const result: Result<Reports[K]> = { fingerprint, at: at.toISOString(), seconds, report };
      Object.assign(this.#results, { [name]: result });
      this.refresh();
      this.#data.store.keepDocument(name, JSON.stringify(result));
    } catch (error) {
      this.#errors[name] = (error as ClassifierTrainingError).message;
    } finally {
      this.#running = undefined;
    }
  }

  #state(name: CheckName): CheckState {
    const result = this.#results[name];
    const error = this.#errors[name] ?? null;
    const isRunning = this.#running?.name === name;
    return {
      state: isRunning ? "running" : error !== null ? "failed" : result === undefined ? "never" : "done",
      at: isRunning ? this.#running!.at.toISOString() : (result?.at ?? null),
      seconds: result?.seconds ?? null,
      isStale: result !== undefined && result.fingerprint !== this.#fingerprintNow(),
      error,
    };
  }

  #shown({ key, kinds, ids, message, similarity }: FoundProblem): Problem {
    const pictures = ids.map((id) => this.#data.listing.listed(id));
    return { key, kinds, pictures, message, similarity };
  }

  /** Changes with the names and the labels of the pictures. */
  #fingerprintNow(): string {
    const { listing } = this.#data;
    if (this.#fingerprint?.version !== listing.version) {
      const names = listing.matching({}).map((id) => `${listing.name(id)}\0${listing.labels(id).join()}`);
      const text = createHash("sha256").update(names.sort().join("\n")).digest("hex");
      this.#fingerprint = { version: listing.version, text };
    }
    return this.#fingerprint.text;
  }
}
