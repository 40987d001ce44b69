// How often samples of one class each are taken for another: counts of a validation, drawn and as a table.
import { type HostTensor, hostTensor, writeCsv } from "../../core/index.ts";
import { MulticlassConfusionMatrix } from "../../metrics/index.ts";
import { confusionMatrixPicture, type Picture } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import type { Confusion } from "./confusion.ts";
import { classNamesOf } from "./sample-names.ts";

/** A row for each true class, a column for each predicted one; none before the first batch. */
export class ClassConfusion implements Confusion {
  #matrix: MulticlassConfusionMatrix | undefined;

  add(event: EventOf<"validationBatchEnd">, { model }: FitContext): void {
    const { labels, predicted } = predictionsOf(event, model.labels?.ignoreIndex);
    this.#matrix ??= emptyMatrix(event.logits.shape[1]!);
    this.#matrix.update(hostTensor("int32", [predicted.length], predicted), labels);
  }

  async merged(gather: FitContext["gather"]): Promise<ClassConfusion> {
    const states = (await gather(this.#matrix?.state())).filter((state) => state !== undefined);
    const [first] = states;
    if (first === undefined) return this;
    const matrix = emptyMatrix(Object.values(first)[0]!.shape[0]!);
    for (const state of states) matrix.merge(state);
    const all = new ClassConfusion();
    all.#matrix = matrix;
    return all;
  }

  draw(title: string, context: FitContext): Picture {
    return confusionMatrixPicture({ ...this.#read(context), title });
  }

  table(context: FitContext): string {
    const { counts, classNames } = this.#read(context);
    const classes = classNames.length;
    return writeCsv([
      ["true \\ predicted", ...classNames],
      ...classNames.map((name, c) => [name, ...counts.data.subarray(c * classes, (c + 1) * classes)]),
    ]);
  }

  #read(context: FitContext): { counts: HostTensor<"float64">; classNames: readonly string[] } {
    const counts = this.#matrix?.compute() ?? hostTensor("float64", [0, 0], new Float64Array());
    return { counts, classNames: classNamesOf(context, counts.shape[0]!) };
  }
}

function emptyMatrix(numClasses: number): MulticlassConfusionMatrix {
  return new MulticlassConfusionMatrix({ numClasses, ignoreIndex: -1 });
}
