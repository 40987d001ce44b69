// Sessions and executables as the trainer sees them; executables can also tell where a step's time goes.
import type { HostTensor } from "../../core/index.ts";
import type { BoundProgram } from "../../graph/index.ts";
import {
  type ComputeClient,
  type SessionRequests,
  ThreadedExecutable,
  ThreadedSession,
  type ThreadedSessionOptions,
} from "../threaded/index.ts";
import type { StepTime } from "./compute/executable.ts";
import type { OnednnRequests } from "./protocol.ts";

/** A session in oneDNN's compute thread. */
export class OnednnSession extends ThreadedSession {
  readonly #client: ComputeClient<OnednnRequests>;

  constructor(client: ComputeClient<OnednnRequests>, options: ThreadedSessionOptions) {
    super(client, options);
    this.#client = client;
  }

  protected override executable(
    program: BoundProgram,
    compiled: SessionRequests["compile"]["answer"],
  ): OnednnExecutable {
    return new OnednnExecutable(this, this.#client, program, compiled);
  }
}

/** A program in oneDNN's compute thread. */
export class OnednnExecutable extends ThreadedExecutable {
  readonly #client: ComputeClient<OnednnRequests>;

  constructor(
    session: OnednnSession,
    client: ComputeClient<OnednnRequests>,
    program: BoundProgram,
    compiled: SessionRequests["compile"]["answer"],
  ) {
    super(session, program, compiled);
    this.#client = client;
  }

  /** Runs once, updating variables as `run` does, and tells the time of every step. */
  async profile(inputs: Readonly<Record<string, HostTensor>>): Promise<readonly StepTime[]> {
    return this.withInputs(inputs, (staged) => this.#client.ask("profile", { id: this.id, inputs: staged }));
  }
}
