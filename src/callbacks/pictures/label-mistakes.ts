// What goes wrong with the labels of samples that may have several: counts of a validation, drawn and as a table.
import { writeCsv } from "../../core/index.ts";
import { LabelPairs } from "../../metrics/index.ts";
import { labelMistakesPicture, type Picture } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import type { Confusion } from "./confusion.ts";
import { isPredicted, labelPredictionsOf } from "./label-predictions.ts";
import { classNamesOf } from "./sample-names.ts";

const KINDS = ["tp", "fp", "fn", "tn"] as const;

/** Right and wrong predictions of each label, and beside which other labels the wrong ones are. */
export class LabelMistakes implements Confusion {
  readonly #pairs: LabelPairs;

  constructor(numLabels: number) {
    this.#pairs = new LabelPairs(numLabels);
  }

  add(event: EventOf<"validationBatchEnd">): void {
    const predictions = labelPredictionsOf(event);
    const { width, truth } = predictions;
    for (let i = 0; i < event.batch.indices.length; i++) {
      const row = truth.subarray(i * width, (i + 1) * width);
      this.#pairs.add(row, (label) => isPredicted(predictions, i, label));
    }
  }

  async merged(gather: FitContext["gather"]): Promise<LabelMistakes> {
    const all = new LabelMistakes(this.#pairs.numLabels);
    for (const counts of await gather(this.#pairs.counts)) all.#pairs.merge(counts);
    return all;
  }

  draw(title: string, context: FitContext): Picture {
    const { counts } = this.#pairs;
    return labelMistakesPicture({
      labels: this.#labels(context),
      missed: { counts: counts.missed, of: counts.together },
      extra: { counts: counts.extra, of: counts.absent },
      title,
    });
  }

  table(context: FitContext): string {
    const rows = this.#labels(context).map((label) => [label.name, ...KINDS.map((kind) => label[kind])]);
    return writeCsv([["label", ...KINDS], ...rows]);
  }

  #labels(context: FitContext): ({ readonly name: string } & ReturnType<LabelPairs["of"]>)[] {
    const names = classNamesOf(context, this.#pairs.numLabels);
    return names.map((name, label) => ({ name, ...this.#pairs.of(label) }));
  }
}
