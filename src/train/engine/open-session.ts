// Opens a session with storages for a model's state.
import type { Session, SessionOptions } from "../../runtime/contract.ts";
import type { EngineOptions } from "./engine-options.ts";
import { layoutState, type StateLayout } from "./state-layout.ts";

/** The state as it is laid out with what is trained now, and a session that holds it. */
export async function openSession(options: EngineOptions): Promise<[StateLayout, Session]> {
  const { runtime, model, optimizer, average = false, fineTuning } = options;
  const parameterGroups = fineTuning?.groups();
  const layout = layoutState(model.network, {
    optimizer,
    average,
    ...(parameterGroups === undefined ? {} : { parameterGroups }),
  });
  return [layout, await runtime.open({ ...sessionOptions(options), storages: layout.storages })];
}

function sessionOptions({
  threads,
  precision,
  convolutionAlgorithm,
  collective,
  syncBatchnorm,
  onRemark,
}: EngineOptions): Omit<SessionOptions, "storages"> {
  return {
    ...(threads === undefined ? {} : { threads }),
    ...(precision === undefined ? {} : { precision }),
    ...(collective === undefined || syncBatchnorm !== true ? {} : { collective }),
    onRemark,
    ...(convolutionAlgorithm === undefined ? {} : { convolutionAlgorithm }),
  };
}
