// Draws the validation pictures that the network is most wrong about, and lists them.
import { writeCsv, writeLabelList } from "../../core/index.ts";
import type { LikelyLabel } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { isAnnotated, labelPredictionsOf } from "./label-predictions.ts";
import { sampleNameOf } from "./sample-names.ts";
import { gridSample, type IndexedSample, ValidationGrid } from "./validation-grid.ts";

type LosingSample = IndexedSample & { readonly name: string; readonly loss: number };

/**
 * The samples with the largest cross-entropy (of several labels, the mean of the labels' own), largest first; of equal ones the
 * first of the data set.
 */
export class TopLosses extends ValidationGrid<LosingSample> {
  override readonly stateKey = "TopLosses";
  protected override readonly imageName = "val/top_losses";
  protected override readonly title = "Largest losses";

  protected override add(
    top: LosingSample[],
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void {
    const { loss, counts } = lossesOf(event, context);
    for (const [i, own] of loss.entries()) {
      if (!counts(i)) continue;
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

  protected override table(top: LosingSample[], { model }: FitContext): string {
    const header = model.labels?.task === "multi_label" ? LABEL_COLUMNS : CLASS_COLUMNS;
    return writeCsv([["name", ...header, "loss"], ...top.map(rowOf)]);
  }
}

const CLASS_COLUMNS = ["true", "predicted", "confidence"];
const LABEL_COLUMNS = ["right", "missed", "extra"];

function rowOf(sample: LosingSample): (string | number)[] {
  const list = (labels: readonly LikelyLabel[]): string => writeLabelList(labels.map(({ name }) => name));
  const said =
    "prediction" in sample
      ? [sample.truth ?? "", sample.prediction, sample.confidence!.toFixed(4)]
      : [list(sample.right), list(sample.missed), list(sample.extra)];
  return [sample.name, ...said, sample.loss.toFixed(4)];
}

/** The loss of each sample, and which samples count. */
function lossesOf(
  event: EventOf<"validationBatchEnd">,
  { model }: FitContext,
): { readonly loss: Float32Array; counts(i: number): boolean } {
  if (model.labels?.task === "multi_label") {
    const predictions = labelPredictionsOf(event);
    return { loss: predictions.loss, counts: (i) => isAnnotated(predictions, i) };
  }
  const { labels, loss } = predictionsOf(event, model.labels?.ignoreIndex);
  return { loss, counts: (i) => labels[i]! >= 0 };
}
