// Classification models over residual networks: one for any of them, and named ones for the common sizes.
import * as z from "zod";
import {
  type ClassificationModelOptions,
  classificationModelFields,
  classificationModelSchema,
} from "./base-classification-model.ts";
import { ClassificationModel } from "./classification-model.ts";
import { RESNET_NAMES, type ResNetName } from "./resnet.ts";

/** Those of any classification model, and which network it is built around. */
export interface ResNetClassificationModelOptions extends ClassificationModelOptions {
  /** torchvision's name: resnet18 to resnet152, resnext50_32x4d, wide_resnet50_2, ... */
  readonly architecture: ResNetName;
}

/** A classification model over any residual network of the catalogue. */
export class ResNetClassificationModel extends ClassificationModel {
  static override readonly schema: z.ZodType = z.strictObject({
    architecture: z.enum(RESNET_NAMES),
    ...classificationModelFields,
  });

  constructor(options: ResNetClassificationModelOptions) {
    super(options);
  }
}

/** `ResNetClassificationModel` over resnet18, with the base's defaults. */
export class ResNet18ClassificationModel extends ResNetClassificationModel {
  static override readonly schema: z.ZodType = classificationModelSchema;

  constructor(options: ClassificationModelOptions = {}) {
    super({ ...options, architecture: "resnet18" });
  }
}

/** `ResNetClassificationModel` over resnet34, with the base's defaults. */
export class ResNet34ClassificationModel extends ResNetClassificationModel {
  static override readonly schema: z.ZodType = classificationModelSchema;

  constructor(options: ClassificationModelOptions = {}) {
    super({ ...options, architecture: "resnet34" });
  }
}

/** Peak learning rate 5e-5 unless given: the deeper network is trained more gently. */
export class ResNet50ClassificationModel extends ResNetClassificationModel {
  static override readonly schema: z.ZodType = z.strictObject({
    ...classificationModelFields,
    learningRate: z.number().positive().default(5e-5),
  });

  constructor(options: ClassificationModelOptions = {}) {
    super({ learningRate: 5e-5, ...options, architecture: "resnet50" });
  }
}
