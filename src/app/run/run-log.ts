// The log of a run, as Hydra writes one: `[2026-01-02 03:04:05,678][classifier-training][INFO] - line`.
import { appendFileSync, mkdirSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import { withoutPasswords } from "../../core/index.ts";
import type { LogSettings } from "./job-settings.ts";
import { LOG_LEVELS, type LogLevel, type Notify } from "./notices.ts";

/** The file that keeps what a run tells; it begins with its folder. */
export class RunLog {
  readonly #file: string | undefined;
  readonly #lowest: number;
  /** What was told before the run had its folder. */
  #waiting: string[] | undefined = [];

  /** @param level what is less important is left out; an unknown one (OFF) leaves out everything */
  constructor({ level, file }: LogSettings) {
    this.#lowest = LOG_LEVELS.indexOf(level as LogLevel);
    this.#file = this.#lowest < 0 ? undefined : file;
  }

  /** Notices that are passed on, and written down as well. */
  recording(notify: Notify): Notify {
    return (level, line) => {
      notify(level, line);
      if (LOG_LEVELS.indexOf(level) >= this.#lowest) this.#add(level, line);
    };
  }

  /** Writes down what was told so far; from now on each line as it comes. */
  open(): void {
    const lines = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of lines) this.#write(line);
  }

  #add(level: LogLevel, text: string): void {
    const time = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
    const stamp = time.replace("T", " ").replace(".", ",").replace("Z", "");
    const name = this.#file === undefined ? "" : basename(this.#file, extname(this.#file));
    const line = `[${stamp}][${name}][${level}] - ${withoutPasswords(text)}\n`;
    if (this.#waiting === undefined) this.#write(line);
    else this.#waiting.push(line);
  }

  /** A log that cannot be written ends no training: what it would say is told as well. */
  #write(line: string): void {
    if (this.#file === undefined) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      appendFileSync(this.#file, line);
    } catch {}
  }
}
