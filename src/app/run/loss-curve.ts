// The loss of a training as it goes, in so few parts that it can be written again and again.

/** Where a part ends, in epochs that are done (1.5: half of the second), and its mean loss; null: none of it was a number. */
export type LossPoint = readonly [epochs: number, loss: number | null];

/** Of a training, however long it is. */
const MOST_PARTS = 256;

interface Part {
  epochs: number;
  lossSum: number;
  samples: number;
}

/** All parts have as many batches: one each at first, twice as many whenever there are too many parts. */
export class LossCurve {
  #parts: Part[] = [];
  #open: Part = { epochs: 0, lossSum: 0, samples: 0 };
  #batches = 0;
  #batchesOfPart = 1;

  /** Takes the next batch. @param epochs that are done with it */
  add(epochs: number, { samples, loss }: { readonly samples: number; readonly loss: number }): void {
    this.#open.epochs = epochs;
    if (Number.isFinite(loss)) {
      this.#open.lossSum += loss * samples;
      this.#open.samples += samples;
    }
    if (++this.#batches < this.#batchesOfPart) return;
    this.#parts.push(this.#open);
    this.#open = { epochs, lossSum: 0, samples: 0 };
    this.#batches = 0;
    if (this.#parts.length < MOST_PARTS) return;
    this.#parts = this.#parts.flatMap((part, i) => (i % 2 === 1 ? [joined(this.#parts[i - 1]!, part)] : []));
    this.#batchesOfPart *= 2;
  }

  /** Of the parts that are whole, rounded to what can be seen. */
  get points(): readonly LossPoint[] {
    return this.#parts.map(({ epochs, lossSum, samples }) => [
      Number(epochs.toFixed(4)),
      samples === 0 ? null : Number((lossSum / samples).toPrecision(5)),
    ]);
  }
}

function joined(a: Part, b: Part): Part {
  return { epochs: b.epochs, lossSum: a.lossSum + b.lossSum, samples: a.samples + b.samples };
}
