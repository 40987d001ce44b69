// The ledger of a sweep: one JSON line per finished job, so that a second start does only what is missing.
import { withoutPasswords } from "../../core/address.ts";
import { configError } from "../config-error.ts";
import { table } from "../render.ts";
import type { SweepJob } from "./sweep-plan.ts";

/** Name of the ledger in the folder of the sweep. */
export const LEDGER_FILE = "ledger.jsonl";

/** How one job ended. */
export interface LedgerEntry {
  readonly job: number;
  readonly overrides: readonly string[];
  readonly status: "completed" | "failed" | "interrupted";
  readonly seconds: number;
  /** Final metrics of the job. */
  readonly metrics: Readonly<Record<string, number>>;
  /** One line, where it failed. */
  readonly error?: string;
}

/** One line of the ledger, to be appended; addresses in it lose their passwords. */
export const ledgerLine = (entry: LedgerEntry): string => `${withoutPasswords(JSON.stringify(entry))}\n`;

/** The newest entry of each job. A last line that a crash cut off is left out; any other broken line is an error. */
export function readLedger(text: string, file: string): LedgerEntry[] {
  const lines = text.split("\n");
  const entries = new Map<number, LedgerEntry>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = parseEntry(line);
    if (entry !== undefined) entries.set(entry.job, entry);
    else if (index < lines.length - 1)
      throw configError("CONFIG_VALUE", "this line of the ledger is damaged", {
        where: `${file}:${index + 1}`,
      });
  }
  return [...entries.values()].sort((a, b) => a.job - b.job);
}

function parseEntry(line: string): LedgerEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<LedgerEntry>;
    const whole =
      Number.isInteger(entry.job) && Array.isArray(entry.overrides) && typeof entry.status === "string";
    return whole ? (entry as LedgerEntry) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The jobs that are not completed yet. @throws CONFIG_SWEEP where the ledger belongs to another sweep: a job of the same number with
 * other overrides.
 */
export function missingJobs(
  jobs: readonly SweepJob[],
  ledger: readonly LedgerEntry[],
  file: string,
): SweepJob[] {
  const byNumber = new Map(ledger.map((entry) => [entry.job, entry]));
  return jobs.filter((job) => {
    const entry = byNumber.get(job.number);
    if (entry === undefined) return true;
    if (withoutPasswords(entry.overrides.join("\n")) !== withoutPasswords(job.overrides.join("\n"))) {
      throw configError(
        "CONFIG_SWEEP",
        `job ${job.number} of this folder had other overrides: ${entry.overrides.join(" ")}`,
        {
          where: file,
          hint: "give the new sweep a folder of its own: hydra.sweep.dir=FOLDER",
        },
      );
    }
    return entry.status !== "completed";
  });
}

/**
 * A table over the jobs: number, overrides, status, and the metrics that `columns` names (default: all). Addresses lose their
 * passwords.
 */
export function sweepTable(ledger: readonly LedgerEntry[], columns?: readonly string[]): string {
  const metrics = columns ?? [...new Set(ledger.flatMap((entry) => Object.keys(entry.metrics)))];
  const number = (value: number | undefined): string =>
    value === undefined ? "-" : String(Number(value.toPrecision(5)));
  return table([
    ["job", "status", "seconds", ...metrics, "overrides"],
    ...ledger.map((entry) => [
      String(entry.job),
      entry.status,
      entry.seconds.toFixed(1),
      ...metrics.map((name) => number(entry.metrics[name])),
      withoutPasswords(entry.overrides.join(" ")),
    ]),
  ]);
}
