// Draws what the validation takes for what: of the best epoch and of the last one.
import * as z from "zod";
import type { Picture } from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { ClassConfusion } from "./class-confusion.ts";
import type { Confusion } from "./confusion.ts";
import { LabelMistakes } from "./label-mistakes.ts";
import { ValidationPicture, validationPictureFields } from "./validation-picture.ts";

/**
 * `best.png`, `best.csv`, `last.png`, `last.csv`: counts, a row for each true class and a column for each predicted one. Of several
 * labels, a row for each with its true and false positives and negatives; the picture then also shows beside which labels one is
 * missed, or predicted although it is absent.
 */
export class ConfusionMatrix extends ValidationPicture<Confusion> {
  static readonly schema: z.ZodType = z.strictObject(validationPictureFields);
  override readonly stateKey = "ConfusionMatrix";
  protected override readonly imageName = "val/confusion_matrix";

  protected override begin({ model: { labels } }: FitContext): Confusion {
    return labels?.task === "multi_label" ? new LabelMistakes(labels.numClasses) : new ClassConfusion();
  }

  protected override add(
    counted: Confusion,
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void {
    counted.add(event, context);
  }

  protected override merge(own: Confusion, { gather }: FitContext): Promise<Confusion> {
    return own.merged(gather);
  }

  protected override draw(counted: Confusion, heading: string, context: FitContext): Picture {
    return counted.draw(`Validation, ${heading}`, context);
  }

  protected override table(counted: Confusion, context: FitContext): string {
    return counted.table(context);
  }
}
