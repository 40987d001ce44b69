// What can be done with a run: stop it, at once where that is too slow, and go on with it.
import { useEffect, useState } from "preact/hooks";
import type { RunRow } from "../../runs/api.ts";
import { post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";

interface RunActionsProps {
  readonly run: RunRow;
  readonly readOnly: boolean;
}

type Step = "none" | "stopping" | "sure";

/** Nothing where nothing can be done. */
export function RunActions({ run, readOnly }: RunActionsProps) {
  const [step, setStep] = useState<Step>("none");
  const [error, setError] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  // One that has ended may go on, and is stopped anew then.
  useEffect(() => setStep("none"), [run.canBeStopped]);
  if (readOnly) return null;
  const ask = (action: string, body: unknown, next: Step): void => {
    setError(undefined);
    setAsking(true);
    post(`/api/runs/${run.id}/${action}`, body)
      .then(
        () => setStep(next),
        (refused: Error) => setError(refused.message),
      )
      .finally(() => setAsking(false));
  };
  return (
    <div class="run-actions">
      {run.canBeStopped && step === "none" && (
        <button type="button" class="btn" disabled={isAsking} onClick={() => ask("stop", {}, "stopping")}>
          Stop
        </button>
      )}
      {run.canBeStopped && step === "stopping" && (
        <>
          <span role="status">{run.status === "starting" ? "Stopping" : "Saving a checkpoint"}</span>
          <button type="button" class="btn" onClick={() => setStep("sure")}>
            Stop at once
          </button>
        </>
      )}
      {run.canBeStopped && step === "sure" && (
        <>
          <span role="alert">What is not saved yet is lost.</span>
          <button
            type="button"
            class="btn"
            disabled={isAsking}
            onClick={() => ask("stop", { now: true }, "stopping")}
          >
            Stop without saving
          </button>
          <button type="button" class="btn" onClick={() => setStep("stopping")}>
            Wait
          </button>
        </>
      )}
      {run.canBeResumed && (
        <button type="button" class="btn" disabled={isAsking} onClick={() => ask("resume", {}, "none")}>
          Resume
        </button>
      )}
      {error !== undefined && <Notice kind="error">{error}</Notice>}
    </div>
  );
}
