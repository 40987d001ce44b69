// The documents that clients send and get; the OpenAPI document is made of them.
import * as z from "zod";

/** Names of the documents. */
export type SchemaName = "Answer" | "Instances" | "Model" | "Models" | "Status" | "Error";

const name = z.string().describe("Name of a model");
const version = z.string().describe("SHA-256 of the model's file");

const classes = z.array(
  z.object({
    class_id: z.int().min(0),
    label: z.string(),
    confidence: z.number().min(0).max(1),
    present: z.boolean().optional().describe("Of several labels, whether this one is there"),
    unsure: z.string().optional().describe("Why the likeliest class is not to be relied on"),
  }),
);

const pixels = z.array(z.array(z.array(z.int().min(0).max(255)).length(3)));

const model = z.object({
  name,
  version,
  loaded_at: z.iso.datetime(),
  bytes: z.int(),
  architecture: z.string(),
  task: z
    .enum(["multi_class", "multi_label"])
    .describe("Whether pictures have one class each, or may have several labels"),
  classes: z.array(z.string()).describe("In the order of class_id"),
  thresholds: z
    .array(z.number().min(0).max(1))
    .optional()
    .describe("Of several labels, the confidence above which each is present, in that order"),
  image_size: z.tuple([z.int(), z.int()]).describe("[height, width] of the network's input"),
  calibrated: z.boolean(),
});

/** What is said of pictures, pictures in JSON, what models are, whether the server can answer, and what was wrong. */
export const SCHEMAS: Readonly<Record<SchemaName, z.ZodType>> = {
  Answer: z.object({
    model: name,
    version,
    predictions: z
      .array(
        z.object({
          labels: z
            .array(z.string())
            .optional()
            .describe("Of a model of several labels, those that are present, most likely first; may be none"),
          classes: classes.describe("Most likely first; of several labels all"),
        }),
      )
      .describe("One for each picture, in their order"),
  }),
  Instances: z.strictObject({
    instances: z.array(
      z.union([
        z.strictObject({ b64: z.string().describe("An encoded picture in base64, or a data URL of it") }),
        pixels.describe("Pixels: [height][width][red, green, blue]"),
      ]),
    ),
  }),
  Model: model,
  Models: z.object({ models: z.array(model) }),
  Status: z.object({ status: z.string() }),
  Error: z.object({
    error: z.object({ code: z.string().describe("Stable"), message: z.string().describe("One line") }),
  }),
};
