// The common part of callbacks that draw a grid of validation pictures with what the network takes them for.

import * as z from "zod";
import type { HostTensor } from "../../core/index.ts";
import { parseOptions } from "../../core/index.ts";
import {
  type GridSample,
  type LikelyLabel,
  type Picture,
  rgbOfBatch,
  sampleGrid,
} from "../../plots/index.ts";
import type { EventOf, FitContext } from "../../train/index.ts";
import { predictionsOf } from "./batch-predictions.ts";
import { type LabelOutcome, labelOutcome, labelPredictionsOf } from "./label-predictions.ts";
import { classNamesOf } from "./sample-names.ts";
import {
  ValidationPicture,
  type ValidationPictureOptions,
  validationPictureFields,
} from "./validation-picture.ts";

/** Those of all validation pictures, and how the grid is laid out. */
export interface ValidationGridOptions extends ValidationPictureOptions {
  /** Pictures shown; default 16. */
  readonly numSamples?: number;
  /** Pictures in a row; default 4. */
  readonly columns?: number;
}

/** A sample with its position in the data set. */
export type IndexedSample = GridSample & { readonly index: number };

/** Subclasses choose the samples. Pictures are as the network was given them, their normalisation undone. */
export abstract class ValidationGrid<Sample extends IndexedSample> extends ValidationPicture<Sample[]> {
  static readonly schema: z.ZodType = z.strictObject({
    ...validationPictureFields,
    numSamples: z.int().min(1).default(16),
    columns: z.int().min(1).default(4),
  });
  protected readonly numSamples: number;
  readonly #columns: number;

  constructor({ numSamples = 16, columns = 4, ...options }: ValidationGridOptions) {
    super(options);
    parseOptions(this.constructor.name, ValidationGrid.schema, { numSamples, columns, ...options });
    this.numSamples = numSamples;
    this.#columns = columns;
  }

  /** What the grid shows, for its title. */
  protected abstract readonly title: string;

  protected override begin(): Sample[] {
    return [];
  }

  /** Whether a batch holds pictures [N, C, H, W]; cached features are none. */
  protected override accepts({ batch }: EventOf<"validationBatchEnd">): boolean {
    return batch.images.shape.length === 4;
  }

  /** Which of two samples is shown first; by default the first of the data set. */
  protected compare(a: Sample, b: Sample): number {
    return a.index - b.index;
  }

  protected override async merge(own: Sample[], { gather }: FitContext): Promise<Sample[]> {
    const all = (await gather(own)).flat();
    return all.sort((a, b) => this.compare(a, b)).slice(0, this.numSamples);
  }

  protected override draw(samples: Sample[], heading: string): Promise<Picture> {
    return sampleGrid({ samples, columns: this.#columns, title: `${this.title}, ${heading}` });
  }
}

/** Sample `i` of a validation batch with its picture. */
export function gridSample(
  event: EventOf<"validationBatchEnd">,
  i: number,
  context: FitContext,
): IndexedSample {
  const normalization = context.data.preprocessing ?? { mean: [0, 0, 0], std: [1, 1, 1] };
  const image = rgbOfBatch(event.batch.images as HostTensor<"float32">, i, normalization);
  const index = event.batch.indices[i]!;
  const names = classNamesOf(context, event.logits.shape[1]!);
  if (context.model.labels?.task === "multi_label") {
    const predictions = labelPredictionsOf(event);
    const outcome = labelOutcome(predictions, i);
    const likely = (kind: keyof LabelOutcome): LikelyLabel[] =>
      outcome[kind].map((label) => ({
        name: names[label]!,
        probability: predictions.probabilities[i * predictions.width + label]!,
      }));
    const [right, missed, extra, unknown] = (["right", "missed", "extra", "unknown"] as const).map(likely);
    return { index, image, right: right!, missed: missed!, extra: extra!, unknown: unknown! };
  }
  const { labels, predicted, confidence } = predictionsOf(event, context.model.labels?.ignoreIndex);
  return {
    index,
    image,
    ...(labels[i]! < 0 ? {} : { truth: names[labels[i]!]! }),
    prediction: names[predicted[i]!]!,
    confidence: confidence[i]!,
  };
}
