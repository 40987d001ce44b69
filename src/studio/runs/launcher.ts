// Starts trainings as processes of the command line: one that crashes hurts nobody, and all go on when the studio closes.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { COMMAND } from "../command.ts";
import { tailOf } from "./run-files.ts";
import type { RunFollower } from "./run-follower.ts";
import { idOf, nameBelow } from "./run-names.ts";

/** Bytes of a log in which its last line is looked for. */
const LAST_LINES = 4096;

/** A training to start. */
export interface Training {
  /** The folder that it writes to, below the folder of runs. */
  readonly folder: string;
  /** What follows `classifier-training train`. */
  readonly words: readonly string[];
  readonly cwd: string;
  readonly model: string;
}

/** The processes that this studio has started. */
export class Launcher {
  readonly #follower: RunFollower;
  readonly #children = new Map<string, ChildProcess>();

  constructor(follower: RunFollower) {
    this.#follower = follower;
  }

  /** Where a run's lines are kept that the studio has started. */
  logOf(id: string): string {
    return join(this.#follower.root, ".studio", "logs", `${id}.log`);
  }

  /** The process of a run, as long as it goes on. */
  processOf(id: string): ChildProcess | undefined {
    return this.#children.get(id);
  }

  /** Whether a process that goes on was given a folder, which need not be there yet. */
  isTaken(folder: string): boolean {
    return this.#children.has(idOf(nameBelow(this.#follower.root, folder)));
  }

  /** @returns the run's id */
  async start({ folder, words, cwd, model }: Training): Promise<string> {
    const name = nameBelow(this.#follower.root, folder);
    const id = idOf(name);
    const log = this.logOf(id);
    await mkdir(join(log, ".."), { recursive: true });
    await using lines = await open(log, "a");
    const child = spawn(process.execPath, [COMMAND, "train", ...words], {
      cwd,
      // A group of its own: Ctrl-C in the studio's terminal is for the studio.
      detached: true,
      stdio: ["ignore", lines.fd, lines.fd],
    });
    child.unref();
    this.#children.set(id, child);
    const now = Date.now();
    const row = {
      ...{ id, name, status: "starting" as const, reason: null, model, started: now, changed: now },
      ...{ epochs: 0, maxEpochs: null, progress: null, imagesPerSecond: null, metrics: {}, best: null },
      ...{ canBeStopped: true, canBeResumed: false, hasReport: false },
    };
    this.#follower.announce(row);
    const ended = async (reason: string): Promise<void> => {
      if (!this.#children.delete(id)) return;
      await this.#follower.look(true);
      this.#follower.retract(id);
      if (existsSync(join(folder, ".hydra", "config.yaml"))) return;
      this.#follower.announce({ ...row, status: "not started", reason, canBeStopped: false });
    };
    child.on("error", (error) => void ended(error.message));
    child.on("exit", async (code, signal) => {
      const text = await tailOf(log, LAST_LINES).catch(() => "");
      const said = text.trimEnd().split("\n").at(-1);
      const silent = signal === null ? `it ended with exit code ${code}` : `it was stopped by ${signal}`;
      await ended(said || `${silent} before it had begun`);
    });
    return id;
  }
}
