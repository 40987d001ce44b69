// Draws the first validation pictures with what they are and what the network takes them for.
import { z } from "zod";
import type { HostTensor } from "../core/index.ts";
import { type GridSample, type Picture, rgbOfBatch, sampleGrid } from "../plots/index.ts";
import type { EventOf, FitContext } from "../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { classNamesOf } from "./class-names.ts";
import {
  ValidationPicture,
  type ValidationPictureOptions,
  validationPictureFields,
} from "./validation-picture.ts";

export interface SampleVisualizationOptions extends ValidationPictureOptions {
  /** Pictures shown; default 16. */
  readonly numSamples?: number;
  /** Pictures in a row; default 4. */
  readonly columns?: number;
}

/** Pictures as the network was given them, their normalisation undone, with truth, prediction and confidence. */
export class SampleVisualization extends ValidationPicture<GridSample[]> {
  static readonly schema: z.ZodType = z.strictObject({
    ...validationPictureFields,
    numSamples: z.int().min(1).default(16),
    columns: z.int().min(1).default(4),
  });
  override readonly stateKey = "SampleVisualization";
  protected override readonly imageName = "val/samples";
  readonly #numSamples: number;
  readonly #columns: number;

  constructor({ numSamples = 16, columns = 4, ...options }: SampleVisualizationOptions) {
    super(options);
    this.#numSamples = numSamples;
    this.#columns = columns;
  }

  protected override begin(): GridSample[] {
    return [];
  }

  protected override accepts(event: EventOf<"validationBatchEnd">): boolean {
    return showsPictures(event);
  }

  protected override add(
    samples: GridSample[],
    event: EventOf<"validationBatchEnd">,
    context: FitContext,
  ): void {
    const count = Math.min(this.#numSamples - samples.length, event.batch.images.shape[0]!);
    for (let i = 0; i < count; i++) samples.push(gridSample(event, i, context));
  }

  protected override draw(samples: GridSample[], heading: string): Picture {
    return sampleGrid({ samples, columns: this.#columns, title: `Validation, ${heading}` });
  }
}

/** Whether a batch holds pictures [N, C, H, W]; cached features are none. */
export function showsPictures({ batch }: EventOf<"validationBatchEnd">): boolean {
  return batch.images.shape.length === 4;
}

/** Sample `i` of a validation batch with its picture. */
export function gridSample(event: EventOf<"validationBatchEnd">, i: number, context: FitContext): GridSample {
  const { labels, predicted, confidence } = predictionsOf(event);
  const names = classNamesOf(context, event.logits.shape[1]!);
  const normalization = context.data.preprocessing ?? { mean: [0, 0, 0], std: [1, 1, 1] };
  return {
    image: rgbOfBatch(event.batch.images as HostTensor<"float32">, i, normalization),
    truth: names[labels[i]!]!,
    prediction: names[predicted[i]!]!,
    confidence: confidence[i]!,
  };
}
