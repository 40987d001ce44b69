// A classification model over any network of the catalogue.
import * as z from "zod";
import { didYouMean, parseOptions } from "../core/index.ts";
import type { Module } from "../nn/index.ts";
import {
  BaseClassificationModel,
  type ClassificationModelOptions,
  type ClassificationTask,
  classificationModelFields,
  type ResolvedClassificationModelOptions,
} from "./base-classification-model.ts";
import { createNetwork, findNetwork, NETWORK_NAMES, type NetworkName } from "./catalog.ts";

/** Those of any classification model, and which network it is built around. */
export interface NetworkModelOptions extends ClassificationModelOptions {
  /** torchvision's name: resnet18, mobilenet_v3_large, convnext_tiny, vit_b_16, ... */
  readonly architecture: NetworkName;
  /** Share of what is left out before the classifier, and wherever else the network has dropout; default: the network's. */
  readonly dropout?: number | null;
  /** Share of samples for which the last residual branch is left out, earlier ones less; default: the network's. */
  readonly stochasticDepth?: number | null;
  /** Height and width in pixels, for a network with a table of positions; default: as the data has. */
  readonly imageSize?: number | null;
}

type NetworkModelSettings = ResolvedClassificationModelOptions & Required<NetworkModelOptions>;

function unknownNetwork(name: unknown): string {
  const hint = typeof name === "string" ? didYouMean(name, NETWORK_NAMES) : undefined;
  return ["is no network of the catalogue", hint].filter(Boolean).join("; ");
}

const share = z.number().min(0).lt(1).nullable().default(null);

const networkModelSchema: z.ZodType<NetworkModelSettings> = z.strictObject({
  architecture: z.enum(NETWORK_NAMES, { error: ({ input }) => unknownNetwork(input) }),
  dropout: share,
  stochasticDepth: share,
  imageSize: z.int().min(1).nullable().default(null),
  ...classificationModelFields,
});

/** A classification model over any network of the catalogue. */
export class ClassificationModel extends BaseClassificationModel {
  static readonly schema: z.ZodType = networkModelSchema;
  readonly architecture: NetworkName;
  readonly #settings: NetworkModelSettings;

  constructor(options: NetworkModelOptions) {
    const settings = parseOptions("ClassificationModel", networkModelSchema, options);
    const { architecture, dropout, stochasticDepth, imageSize, ...others } = settings;
    super(others);
    this.architecture = architecture;
    this.#settings = settings;
  }

  /** @throws ClassifierTrainingError kind "usage" `NETWORK_OPTION` for an option that the network does not have. */
  protected override buildNetwork(numClasses: number, task: ClassificationTask): Module {
    const { dropout, stochasticDepth, imageSize } = this.#settings;
    const [height, width] = task.imageSize ?? [];
    const follows = findNetwork(this.architecture).knows.includes("imageSize") && height === width;
    const chosen = { dropout, stochasticDepth, imageSize: imageSize ?? (follows ? height : undefined) };
    const given = Object.entries(chosen).filter(([, value]) => value !== null && value !== undefined);
    return createNetwork(this.architecture, { numClasses, ...Object.fromEntries(given) });
  }
}
