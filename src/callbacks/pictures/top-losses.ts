// Draws the validation pictures that the network is most wrong about, and lists them.
import { writeCsv } from "../../core/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { sampleNameOf } from "./sample-names.ts";
import { gridSample, type IndexedSample, ValidationGrid } from "./validation-grid.ts";

interface LosingSample extends IndexedSample {
  readonly name: string;
  readonly loss: number;
}

/** The samples with the largest cross-entropy, largest first; of equal ones the first of the data set. */
export class TopLosses extends ValidationGrid<LosingSample> {
  override readonly stateKey = "TopLosses";
  protected override readonly imageName = "val/top_losses";
  protected override readonly title = "Largest losses";

  protected override add(
    top: LosingSample[],
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void {
    const { labels, loss } = predictionsOf(event, context.model.labels?.ignoreIndex);
    for (const [i, own] of loss.entries()) {
      if (labels[i]! < 0) continue;
      if (top.length === this.numSamples && !(own > top.at(-1)!.loss)) continue;
      const place = top.findIndex((other) => own > other.loss);
      top.splice(place < 0 ? top.length : place, 0, {
        ...gridSample(event, i, context),
        name: sampleNameOf(context, event.batch.indices[i]!),
        loss: own,
      });
      top.length = Math.min(top.length, this.numSamples);
    }
  }

  protected override compare(a: LosingSample, b: LosingSample): number {
    return b.loss - a.loss || super.compare(a, b);
  }

  protected override table(top: LosingSample[]): string {
    return writeCsv([
      ["name", "true", "predicted", "confidence", "loss"],
      ...top.map(({ name, truth, prediction, confidence, loss }) => [
        name,
        truth ?? "",
        prediction,
        confidence!.toFixed(4),
        loss.toFixed(4),
      ]),
    ]);
  }
}
