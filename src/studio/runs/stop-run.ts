// Asks a training to stop as a person at its terminal would: the first signal has it save a checkpoint, the second ends it at once.
import { setTimeout as sleep } from "node:timers/promises";
import { RunLock } from "../../app/run/lock/run-lock.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { notFound } from "../http/answers.ts";
import type { Launcher } from "./launcher.ts";
import type { RunFollower } from "./run-follower.ts";

/** Milliseconds after which a second signal is no echo of the first. */
const NEXT_SIGNAL = 1200;

/** Stops runs, and remembers which were asked to. */
export class Stopping {
  readonly #follower: RunFollower;
  readonly #launcher: Launcher;
  /** Processes that have had the first signal. */
  readonly #asked = new Set<number>();

  constructor(follower: RunFollower, launcher: Launcher) {
    this.#follower = follower;
    this.#launcher = launcher;
  }

  /**
   * @param now whether without a checkpoint
   * @throws ClassifierTrainingError `NOT_FOUND`, kind "usage" `NOT_STOPPABLE`
   */
  async stop(id: string, now: boolean): Promise<void> {
    const pid = await this.#processOf(id);
    if (!this.#asked.has(pid)) {
      this.#asked.add(pid);
      process.kill(pid, "SIGINT");
      if (!now) return;
      await sleep(NEXT_SIGNAL);
      // It may have ended meanwhile, which is what was wanted.
      if ((await this.#processOf(id).catch(() => undefined)) !== pid) return;
    }
    // Another page may have asked already, and the second signal is for those who want no checkpoint.
    if (now) process.kill(pid, "SIGINT");
  }

  /** One that this studio has started, or one that is proven to train in the run's folder. */
  async #processOf(id: string): Promise<number> {
    const row = (await this.#follower.rows()).find((each) => each.id === id);
    if (row === undefined) throw notFound("there is no such run");
    const where = row.name;
    // A process may need a moment behind the end of its run: there is nothing left to stop.
    if (row.status !== "running" && row.status !== "starting") {
      throw new ClassifierTrainingError("usage", "NOT_STOPPABLE", "this run has ended already", { where });
    }
    const child = this.#launcher.processOf(id);
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) return child.pid;
    const { folder } = await this.#follower.run(id);
    const pid = await RunLock.process(folder.path);
    if (pid !== undefined) return pid;
    const hint = "stop it where it was started";
    const why = "no process of this machine and user trains it";
    throw new ClassifierTrainingError("usage", "NOT_STOPPABLE", why, { where, hint });
  }
}
