// A session of a runtime that holds a trained network's weights.
import type { Storage } from "../graph/index.ts";
import type { Module, StateDict } from "../nn/index.ts";
import type { Runtime, Session } from "../runtime/contract.ts";
import { weightsStorages } from "./inference-program.ts";

/** A trained network, and what computes it. */
export interface RunnableNetwork {
  readonly network: Module;
  /** Weights and running statistics by PyTorch's names. */
  readonly weights: StateDict;
  /** Computes in float32, or better. */
  readonly runtime: Runtime;
  /** Default: the runtime's. */
  readonly threads?: number | undefined;
}

/** The session, which is the caller's to dispose of, and the storages that programs for it read. */
export interface WeightsSession {
  readonly session: Session;
  readonly storages: readonly Storage[];
}

/** Opens a session of the runtime and gives it the weights. */
export async function openWeights(options: RunnableNetwork): Promise<WeightsSession> {
  const { network, weights, runtime, threads } = options;
  const storages = weightsStorages(network);
  const session = await runtime.open({ storages, ...(threads === undefined ? {} : { threads }) });
  try {
    await session.write(
      storages.map(({ members: [variable] }) => ({
        variable: variable!,
        tensor: weights.get(variable!.name)!,
      })),
    );
    return { session, storages };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}
