// Loaded into a training process: a callback that sends the process a signal at a chosen event.
import { Callback, type FitContext, register } from "classifier-training";
import { z } from "zod";
import { receive } from "./receive-signal.ts";

const schema = z.strictObject({
  signal: z.enum(["SIGINT", "SIGTERM", "SIGUSR1", "SIGKILL"]),
  place: z.enum(["step", "validation"]),
  /** The how manieth of its kind, from 0. */
  event: z.int().min(0),
  /** Which of several processes gets it. */
  rank: z.int().min(0).default(0),
});

class Signaller extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "Signaller";
  readonly #options: z.infer<typeof schema>;
  #seen = 0;

  constructor(options: z.infer<typeof schema>) {
    super();
    this.#options = schema.parse(options);
  }

  override onTrainBatchEnd(_: unknown, context: FitContext): Promise<void> {
    return this.#signalAt("step", context);
  }

  override onValidationBatchEnd(_: unknown, context: FitContext): Promise<void> {
    return this.#signalAt("validation", context);
  }

  async #signalAt(place: "step" | "validation", context: FitContext): Promise<void> {
    const { signal, event, rank } = this.#options;
    if (rank === context.rank && place === this.#options.place && this.#seen++ === event)
      await receive(signal);
  }
}

register({ group: "callbacks", name: "Signaller" }, Signaller);
