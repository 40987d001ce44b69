// Prints once what the network is made of: layers, parameters, operations, memory.
import * as z from "zod";
import { formatShape, formatTable, parseOptions } from "../core/index.ts";
import { warningOutput } from "../platform/index.ts";
import { Callback, type EventOf, type FitContext } from "../train/index.ts";
import { describeModel, type ModelDescription } from "./model-layers.ts";
import type { LineOutput } from "./progress-line.ts";

/** How deep the table goes, and where it is printed. */
export interface ModelSummaryOptions {
  /** Levels of modules that get a line of their own; default 1. */
  readonly depth?: number;
  /** Default: standard error. */
  readonly output?: LineOutput;
}

/** Printed with the first batch, whose shape says what goes in; a resumed run prints it again. */
export class ModelSummary extends Callback {
  static readonly schema: z.ZodType = z.strictObject({ depth: z.int().min(1).default(1) });
  override readonly stateKey = "ModelSummary";
  override readonly mainProcessOnly = true;
  readonly #depth: number;
  readonly #output: LineOutput;
  #printed = false;

  constructor({ depth = 1, output = warningOutput(), ...rest }: ModelSummaryOptions = {}) {
    super();
    parseOptions("ModelSummary", ModelSummary.schema, { depth, ...rest });
    this.#depth = depth;
    this.#output = output;
  }

  override onValidationBatchEnd(event: EventOf<"validationBatchEnd">, context: FitContext): void {
    this.#print(event.batch.images.shape, context);
  }

  override onTrainBatchEnd(event: EventOf<"trainBatchEnd">, context: FitContext): void {
    this.#print(event.batch.images.shape, context);
  }

  #print([batchSize = 1, ...inputShape]: readonly number[], { model }: FitContext): void {
    if (this.#printed || batchSize === 0) return;
    this.#printed = true;
    this.#output.write(`${modelTable(describeModel(model.network, inputShape, this.#depth), batchSize)}\n`);
  }
}

/** Layers as a table with the totals below. */
function modelTable(model: ModelDescription, batchSize: number): string {
  const rows = model.layers.map(({ name, type, outputShape, parameters, flops }) => [
    name,
    type,
    // What comes before features that are cached is not computed.
    outputShape.length === 0 ? "-" : formatShape(outputShape),
    parameters.toLocaleString("en-US"),
    (flops / 1e6).toFixed(1),
  ]);
  const frozen = model.parameters - model.trainable;
  return [
    formatTable(["layer", "type", "output", "parameters", "MFLOPs"], rows),
    `${model.type} for inputs ${formatShape(model.inputShape)}: ` +
      `${model.parameters.toLocaleString("en-US")} parameters` +
      `${frozen === 0 ? "" : ` (${frozen.toLocaleString("en-US")} frozen)`}, ${megabytes(model.bytes)}; ` +
      `${(model.flops / 1e9).toFixed(2)} GFLOPs a picture; ` +
      `activations up to ${megabytes(model.activationBytes * batchSize)} for a batch of ${batchSize}`,
  ].join("\n");
}

/** 10^6 bytes. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}
