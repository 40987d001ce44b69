// The lock of a folder that several hosts see: a file that its holder touches for as long as it lives. Within a host a socket
// knows more, and at once; this is for the others.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Whose lock it is. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
}

/** Milliseconds: between two touches, and without one until nobody has the lock any more. */
export interface LockTimes {
  readonly beat: number;
  readonly silence: number;
}

const TIMES: LockTimes = { beat: 5000, silence: 30_000 };

const pathOf = (folder: string): string => join(folder, ".lock");

/** The lock of a folder among hosts; on this one nobody else may be after it. */
export class HostLock implements Disposable {
  readonly #path: string;
  readonly #text: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, text: string, beat: number) {
    this.#path = path;
    this.#text = text;
    this.#timer = setInterval(() => this.#touch(), beat);
    this.#timer.unref();
  }

  /**
   * Takes the lock. That of another host is waited for as long as it takes to know whether its holder lives.
   * @returns the holder where it does
   */
  static async take(folder: string, times: LockTimes = TIMES): Promise<HostLock | LockHolder> {
    const path = pathOf(folder);
    const own: LockHolder = { host: hostname(), pid: process.pid };
    const text = JSON.stringify({ ...own, token: randomUUID() });
    for (;;) {
      try {
        writeFileSync(path, text, { flag: "wx" });
        return new HostLock(path, text, times.beat);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = holderIn(path);
      if (holder !== undefined && holder.host !== own.host && (await lives(path, times))) return holder;
      // Of several that find it abandoned one moves it away.
      const abandoned = `${path}.${randomUUID()}`;
      try {
        renameSync(path, abandoned);
        rmSync(abandoned, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
  }

  /** Who has the lock of a folder on another host, as far as the file's time says. */
  static holderElsewhere(folder: string, { silence }: LockTimes = TIMES): LockHolder | undefined {
    const path = pathOf(folder);
    const holder = holderIn(path);
    if (holder === undefined || holder.host === hostname()) return undefined;
    const touched = touchedAt(path);
    return touched !== undefined && Date.now() - touched < 2 * silence ? holder : undefined;
  }

  /** Whether the lock of a folder says that a process of this host has it. */
  static isOf(folder: string, pid: number): boolean {
    const holder = holderIn(pathOf(folder));
    return holder?.host === hostname() && holder.pid === pid;
  }

  #touch(): void {
    try {
      if (this.#isOwn()) utimesSync(this.#path, new Date(), new Date());
    } catch {
      // A file system that is away for a moment.
    }
  }

  #isOwn(): boolean {
    return readFileSync(this.#path, "utf8") === this.#text;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    try {
      if (this.#isOwn()) rmSync(this.#path);
    } catch {
      // It is gone, or will be taken for abandoned.
    }
  }
}

function holderIn(path: string): LockHolder | undefined {
  try {
    const { host, pid } = JSON.parse(readFileSync(path, "utf8")) as LockHolder;
    return { host, pid };
  } catch {
    return undefined;
  }
}

function touchedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Whether a lock is touched while it is watched: clocks of hosts differ. */
async function lives(path: string, { beat, silence }: LockTimes): Promise<boolean> {
  const before = touchedAt(path);
  for (const start = performance.now(); performance.now() - start < silence; await sleep(beat / 5)) {
    const now = touchedAt(path);
    if (now !== before) return now !== undefined;
  }
  return false;
}
