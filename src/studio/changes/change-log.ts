// The log of all changes: a line is on the disk before anything is moved, and another when it is done.
import { open, readFile } from "node:fs/promises";
import * as z from "zod";
import { ClassifierTrainingError } from "../../core/index.ts";
import type { ChangeAction } from "./api.ts";

/**
 * A picture's path within the data set, `/` between the parts, and where it goes: within the data set, or in the folder of the action.
 * Of what is dismissed: the key of the problem, and its title.
 */
export interface ChangeItem {
  readonly from: string;
  readonly to: string;
}

/** What is written of a change before it is made. */
export interface BegunChange {
  readonly at: string;
  readonly action: ChangeAction;
  readonly className: string | null;
  readonly items: readonly ChangeItem[];
}

/** A change as the log tells it. */
export interface LoggedChange extends BegunChange {
  /** Its number. */
  readonly change: number;
  /** Positions of the items that are as the change left them. */
  standing: readonly number[];
  /** What was begun and not said to be done. */
  pending: "change" | "undo" | undefined;
}

type Line =
  | (BegunChange & { readonly change: number })
  | { readonly undo: number }
  | { readonly of: number; readonly standing: readonly number[] };

const lineSchema: z.ZodType<Line> = z.union([
  z.object({
    change: z.int(),
    at: z.string(),
    action: z.enum(["move", "set-aside", "delete", "dismiss"]),
    className: z.string().nullable(),
    items: z.array(z.object({ from: z.string(), to: z.string() })),
  }),
  z.object({ undo: z.int() }),
  z.object({ of: z.int(), standing: z.array(z.int()) }),
]);

/** Appends to the file of one data set. */
export class ChangeLog {
  readonly #file: string;
  readonly #changes = new Map<number, LoggedChange>();
  /** Whether the last line was cut short. */
  #isCut = false;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Reads what has happened. A line that was cut short as it was written had begun nothing, and counts for nothing.
   * @throws ClassifierTrainingError kind "storage" `LOG_UNREADABLE`
   */
  static async open(file: string): Promise<ChangeLog> {
    const log = new ChangeLog(file);
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw new ClassifierTrainingError("storage", "LOG_UNREADABLE", `cannot be read: ${error.code}`, {
        where: file,
      });
    });
    for (const each of text.split("\n")) log.#take(each);
    log.#isCut = text !== "" && !text.endsWith("\n");
    return log;
  }

  /** All changes, the oldest first. */
  get changes(): readonly LoggedChange[] {
    return [...this.#changes.values()];
  }

  get(id: number): LoggedChange | undefined {
    return this.#changes.get(id);
  }

  /** Says that a change begins. */
  async begin(change: BegunChange): Promise<LoggedChange> {
    const id = Math.max(0, ...this.#changes.keys()) + 1;
    await this.#write({ change: id, ...change });
    return this.#changes.get(id)!;
  }

  /** Says that a change begins to be undone. */
  async beginUndo({ change }: LoggedChange): Promise<void> {
    await this.#write({ undo: change });
  }

  /** Says which items of a change stand, now that nothing of it is under way. */
  async settle({ change }: LoggedChange, positions: readonly number[]): Promise<void> {
    await this.#write({ of: change, standing: [...positions] });
  }

  async #write(record: Line): Promise<void> {
    const text = JSON.stringify(record);
    await this.#append(`${text}\n`);
    this.#take(text);
  }

  /** Comes back when it is on the disk. @throws ClassifierTrainingError kind "storage" `LOG_NOT_WRITTEN` */
  async #append(text: string): Promise<void> {
    try {
      await using file = await open(this.#file, "a");
      await file.appendFile(this.#isCut ? `\n${text}` : text);
      await file.sync();
      this.#isCut = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ClassifierTrainingError(
        "storage",
        "LOG_NOT_WRITTEN",
        `the change cannot be logged: ${code}`,
        {
          where: this.#file,
          cause: error,
        },
      );
    }
  }

  #take(text: string): void {
    const read = lineSchema.safeParse(parsed(text));
    if (!read.success) return;
    const record = read.data;
    if ("change" in record) {
      const isSound = record.items.every(({ from, to }) => leadsDown(from) && leadsDown(to));
      if (record.action !== "dismiss" && !isSound) return;
      this.#changes.set(record.change, { ...record, standing: [], pending: "change" });
    } else if ("undo" in record) {
      const change = this.#changes.get(record.undo);
      if (change !== undefined) change.pending = "undo";
    } else {
      const change = this.#changes.get(record.of);
      if (change === undefined) return;
      change.standing = record.standing.filter((position) => position in change.items);
      change.pending = undefined;
    }
  }
}

/** Whether a path names something below where it begins. */
function leadsDown(path: string): boolean {
  return path.split("/").every((part) => !["", ".", ".."].includes(part)) && !path.includes("\0");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
