// Writes a fit into checkpoints, whole or its weights alone, and reads it back.
import { type LoadedCheckpoint, saveCheckpoint } from "../checkpoint/checkpoint.ts";
import type { TrainableModel } from "../contracts.ts";
import type { TrainingEngine } from "../engine/engine.ts";
import type { Profiler } from "../profiler.ts";
import type { Agreement } from "./agreement.ts";
import { assertResumable, type FitParts, restoreFit, saveFit } from "./fit-state.ts";

/** What a checkpoint is made from and restored into. */
export interface FitCheckpointsParts {
  readonly model: TrainableModel;
  readonly engine: TrainingEngine;
  readonly fit: FitParts;
  readonly profiler: Profiler;
  readonly agreement: Agreement;
}

const METRIC_PREFIX = "metric.";

/** Tensors come from the engine and the metrics, all else from the fit's parts. */
export class FitCheckpoints {
  readonly #parts: FitCheckpointsParts;

  constructor(parts: FitCheckpointsParts) {
    this.#parts = parts;
  }

  /** Puts back what `saveTraining` has written. */
  async restore(checkpoint: LoadedCheckpoint): Promise<void> {
    const { model, engine, fit } = this.#parts;
    assertResumable(checkpoint, fit.identity);
    const { tensors } = checkpoint;
    const metricState = [...tensors].filter(([name]) => name.startsWith(METRIC_PREFIX));
    const own = [...tensors].filter(([name]) => !name.startsWith(METRIC_PREFIX));
    restoreFit(checkpoint, fit);
    const { epoch, batch } = fit.progress;
    // Between two epochs a checkpoint still has what the first one trained.
    await engine.enterEpoch(batch === 0 ? Math.max(0, epoch - 1) : epoch);
    await engine.writeState(new Map(own));
    // What all processes had measured, one of them has now.
    if (this.#parts.agreement.collective.rank > 0) return;
    model.metrics.train.load(
      Object.fromEntries(metricState.map(([name, tensor]) => [name.slice(METRIC_PREFIX.length), tensor])),
    );
  }

  /** Writes everything that resuming needs, the predecessor kept beside it. */
  async saveTraining(path: string): Promise<void> {
    await this.#parts.profiler.measure("checkpoint", async () => {
      const { model, engine, fit, agreement } = this.#parts;
      const measured = await agreement.merged(model.metrics.train, (metrics) => metrics.state());
      await agreement.onMain(async () => {
        const tensors = await engine.readState();
        for (const [name, tensor] of Object.entries(measured)) tensors.set(`${METRIC_PREFIX}${name}`, tensor);
        await saveCheckpoint(
          path,
          { kind: "training", tensors, state: saveFit(fit) },
          { keepPrevious: true },
        );
      });
    });
  }

  /** Writes the evaluated weights alone. */
  async saveWeights(path: string): Promise<void> {
    await this.#parts.profiler.measure("checkpoint", async () => {
      const { engine, fit, agreement } = this.#parts;
      await agreement.onMain(async () => {
        const weights = fit.average.evaluatedWeights;
        const { epoch, step } = fit.progress;
        const tensors = await engine.readWeights(weights);
        const state = { weights, epoch, step, identity: fit.identity };
        await saveCheckpoint(path, { kind: "weights", tensors, state });
      });
    });
  }
}
