// Draws the confusion matrix of the validation: of the best epoch and of the last one.
import * as z from "zod";
import { type HostTensor, hostTensor, writeCsv } from "../../core/index.ts";
import { MulticlassConfusionMatrix } from "../../metrics/index.ts";
import { confusionMatrixPicture, type Picture } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { classNamesOf } from "./sample-names.ts";
import { ValidationPicture, validationPictureFields } from "./validation-picture.ts";

/** The counts of one validation; none before its first batch. */
interface Counted {
  matrix: MulticlassConfusionMatrix | undefined;
}

/**
 * `best.png`, `best.csv`, `last.png`, `last.csv`: counts, a row for each true class and a column for each predicted
 * one.
 */
export class ConfusionMatrix extends ValidationPicture<Counted> {
  static readonly schema: z.ZodType = z.strictObject(validationPictureFields);
  override readonly stateKey = "ConfusionMatrix";
  protected override readonly imageName = "val/confusion_matrix";

  protected override begin(): Counted {
    return { matrix: undefined };
  }

  protected override add(
    counted: Counted,
    event: EventOf<"validationBatchEnd">,
    { model }: FitContext,
  ): void {
    const { labels, predicted } = predictionsOf(event, model.labels?.ignoreIndex);
    counted.matrix ??= new MulticlassConfusionMatrix({ numClasses: event.logits.shape[1]!, ignoreIndex: -1 });
    counted.matrix.update(hostTensor("int32", [predicted.length], predicted), labels);
  }

  protected override async merge({ matrix }: Counted, { gather }: FitContext): Promise<Counted> {
    const states = (await gather(matrix?.state())).filter((state) => state !== undefined);
    const [first] = states;
    if (first === undefined) return { matrix };
    const numClasses = Object.values(first)[0]!.shape[0]!;
    const merged = new MulticlassConfusionMatrix({ numClasses, ignoreIndex: -1 });
    for (const state of states) merged.merge(state);
    return { matrix: merged };
  }

  protected override draw(counted: Counted, heading: string, context: FitContext): Picture {
    const { counts, classNames } = read(counted, context);
    return confusionMatrixPicture({ counts, classNames, title: `Validation, ${heading}` });
  }

  protected override table(counted: Counted, context: FitContext): string {
    const { counts, classNames } = read(counted, context);
    const classes = classNames.length;
    return writeCsv([
      ["true \\ predicted", ...classNames],
      ...classNames.map((name, c) => [name, ...counts.data.subarray(c * classes, (c + 1) * classes)]),
    ]);
  }
}

function read(
  { matrix }: Counted,
  context: FitContext,
): { counts: HostTensor<"float64">; classNames: readonly string[] } {
  const counts = matrix?.compute() ?? hostTensor("float64", [0, 0], new Float64Array());
  return { counts, classNames: classNamesOf(context, counts.shape[0]!) };
}
