// Learning-rate schedules as pure functions of epoch and step.

/** Learning rate at an epoch and an optimizer step, both counted from 0. */
export type LearningRateSchedule = (epoch: number, step: number) => number;

export interface WarmupCosineOptions {
  readonly learningRate: number;
  readonly maxEpochs: number;
  /** Epochs of linear warm-up; default 5. */
  readonly warmupEpochs?: number;
  /** Share of the learning rate that epoch 0 starts with; default 1e-3. */
  readonly warmupStartFactor?: number;
  /** Share of the learning rate that the cosine ends at; default 0.05. */
  readonly cosineEtaMinFactor?: number;
}

/**
 * Linear warm-up, then a cosine: for e < w: lr (s + (1 - s) e / w); else
 * eta + (lr - eta) (1 + cos(pi (e - w) / max(1, E - w))) / 2 with eta = 0.05 lr.
 */
export function warmupCosine(options: WarmupCosineOptions): LearningRateSchedule {
  const { learningRate, maxEpochs, warmupEpochs = 5 } = options;
  const { warmupStartFactor = 1e-3, cosineEtaMinFactor = 0.05 } = options;
  const floor = cosineEtaMinFactor * learningRate;
  return (epoch) => {
    if (epoch < warmupEpochs) {
      return learningRate * (warmupStartFactor + ((1 - warmupStartFactor) * epoch) / warmupEpochs);
    }
    const progress = (epoch - warmupEpochs) / Math.max(1, maxEpochs - warmupEpochs);
    return floor + ((learningRate - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}

/** The same learning rate in every epoch. */
export function constantRate(learningRate: number): LearningRateSchedule {
  return () => learningRate;
}
