// How far a fit has come: the numbers that resuming needs.

/** Changed by the fit loop alone, and part of every checkpoint. */
export interface Progress {
  /** Epoch in progress, from 0; after training the number of epochs done. */
  epoch: number;
  /** Micro-batches done in this epoch. */
  batch: number;
  /** A validation was begun and not finished. */
  validationDue: boolean;
  /** Optimizer steps done, those that were left out or undone because something was not finite included. */
  step: number;
  /** How many of them were left out or undone. */
  lostSteps: number;
  /** Samples seen in training. */
  samples: number;
  /** Seconds spent in fits so far, earlier parts of a resumed run included. */
  seconds: number;
}

/** Nothing done yet. */
export function startOfTraining(): Progress {
  return { epoch: 0, batch: 0, validationDue: false, step: 0, lostSteps: 0, samples: 0, seconds: 0 };
}
