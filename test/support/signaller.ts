// Loaded into a training process: a callback that sends the process a signal at a chosen event.
import { Callback, register } from "classifier-training";
import { z } from "zod";
import { receive } from "./receive-signal.ts";

const schema = z.strictObject({
  signal: z.enum(["SIGINT", "SIGTERM"]),
  place: z.enum(["step", "validation"]),
  /** The how manieth of its kind, from 0. */
  event: z.int().min(0),
});

class Signaller extends Callback {
  static readonly schema: z.ZodType = schema;
  override readonly stateKey = "Signaller";
  readonly #options: z.infer<typeof schema>;
  #seen = 0;

  constructor(options: z.infer<typeof schema>) {
    super();
    this.#options = options;
  }

  override onTrainBatchEnd(): Promise<void> {
    return this.#signalAt("step");
  }

  override onValidationBatchEnd(): Promise<void> {
    return this.#signalAt("validation");
  }

  async #signalAt(place: "step" | "validation"): Promise<void> {
    const { signal, event } = this.#options;
    if (place === this.#options.place && this.#seen++ === event) await receive(signal);
  }
}

register({ group: "callbacks", name: "Signaller" }, Signaller);
