// Loaded into a training process: a callback that runs a command of the shell behind a step, once.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { Callback, type EventOf, type FitContext, register } from "classifier-training";
import { z } from "zod";

const schema = z.strictObject({
  command: z.string(),
  /** The how manieth step, from 0. */
  step: z.int().min(0),
  /** Which of several processes runs it. */
  rank: z.int().min(0),
  /** A file that is written first; where it is there, nothing is done. */
  once: z.string(),
  /** Whether the process goes on only when it has been told to stop. */
  waits: z.boolean().default(false),
});

class StepCommand extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "StepCommand";
  readonly #options: z.infer<typeof schema>;
  #seen = 0;

  constructor(options: z.infer<typeof schema>) {
    super();
    this.#options = schema.parse(options);
  }

  override async onTrainBatchEnd(_: EventOf<"trainBatchEnd">, { rank }: FitContext): Promise<void> {
    const { command, step, rank: own, once, waits } = this.#options;
    if (rank !== own || this.#seen++ !== step || existsSync(once)) return;
    writeFileSync(once, "");
    const told = new Promise((resolve) => {
      for (const signal of ["SIGTERM", "SIGUSR1"]) process.once(signal, resolve);
    });
    execFileSync("sh", ["-c", command], { stdio: "ignore" });
    if (!waits) return;
    // Listening for signals alone does not keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    await told;
    clearInterval(alive);
  }
}

register({ group: "callbacks", name: "StepCommand" }, StepCommand);
