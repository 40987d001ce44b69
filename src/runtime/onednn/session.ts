// Sessions and executables as the trainer sees them; executables can also tell where a step's time goes.
import type { HostTensor } from "../../core/index.ts";
import type { BoundProgram, VariableRef } from "../../graph/index.ts";
import type { RunObserver, StorageMemory } from "../contract.ts";
import {
  type ComputeClient,
  type SessionRequests,
  ThreadedExecutable,
  ThreadedSession,
  type ThreadedSessionOptions,
} from "../threaded/index.ts";
import type { StepTime } from "./compute/executable.ts";
import type { OnednnRequests } from "./protocol.ts";
import { RunProgress } from "./run-progress.ts";
import type { SumTogether } from "./sum-together.ts";

/** A session in oneDNN's compute thread. */
export class OnednnSession extends ThreadedSession<OnednnRequests> {
  readonly #sums: SumTogether | undefined;

  constructor(
    client: ComputeClient<OnednnRequests>,
    options: ThreadedSessionOptions,
    sums: SumTogether | undefined,
  ) {
    super(client, options);
    this.#sums = sums;
  }

  async memory(storage: VariableRef): Promise<StorageMemory> {
    this.assertOpen();
    return this.client.ask("memory", { storage });
  }

  override async dispose(): Promise<void> {
    this.#sums?.stop();
    await super.dispose();
  }

  protected override executable(
    program: BoundProgram,
    compiled: SessionRequests["compile"]["answer"],
  ): OnednnExecutable {
    return new OnednnExecutable(this, program, compiled, this.#sums);
  }
}

/** A program in oneDNN's compute thread. */
export class OnednnExecutable extends ThreadedExecutable<OnednnRequests> {
  readonly #sums: SumTogether | undefined;

  constructor(
    session: OnednnSession,
    program: BoundProgram,
    compiled: SessionRequests["compile"]["answer"],
    sums: SumTogether | undefined,
  ) {
    super(session, program, compiled);
    this.#sums = sums;
  }

  /** What keeps processes from being summed over is known here alone. */
  override async run(
    inputs: Readonly<Record<string, HostTensor>>,
    observer?: RunObserver,
  ): Promise<Record<string, HostTensor>> {
    try {
      return await (observer === undefined ? super.run(inputs) : this.#observed(inputs, observer));
    } catch (error) {
      throw this.#sums?.failure ?? error;
    }
  }

  async #observed(
    inputs: Readonly<Record<string, HostTensor>>,
    observer: RunObserver,
  ): Promise<Record<string, HostTensor>> {
    const { ranges } = observer;
    const progress = new RunProgress();
    return this.withInputs(inputs, async (staged) => {
      await this.client.ask("place", { id: this.id });
      await observer.begins();
      const told = progress.follow(observer);
      try {
        const observed = { ranges, count: progress.count };
        return this.outputsOf(
          await this.client.ask("runObserved", { id: this.id, inputs: staged, observed }),
        );
      } finally {
        progress.end();
        await told;
      }
    });
  }

  /** Runs once, updating variables as `run` does, and tells the time of every step. */
  async profile(inputs: Readonly<Record<string, HostTensor>>): Promise<readonly StepTime[]> {
    return this.withInputs(inputs, (staged) => this.client.ask("profile", { id: this.id, inputs: staged }));
  }
}
