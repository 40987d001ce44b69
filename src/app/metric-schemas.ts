// The options of metrics in configurations. They lie here, as metrics are to be had without a schema library.
import * as z from "zod";
import type { TaskName } from "../core/index.ts";

/** What the data decides; given in a configuration it is checked against that. */
const classes = { numClasses: z.int().min(2).optional(), ignoreIndex: z.int().optional() };
const counted = {
  ...classes,
  average: z.enum(["micro", "macro", "weighted", "none"]).default("macro"),
  topK: z.int().min(1).default(1),
};
/** Networks give logits. */
const scored = { ...classes, scores: z.enum(["auto", "logits", "probabilities"]).default("logits") };
const ranked = {
  ...scored,
  average: z.enum(["macro", "weighted", "none"]).default("macro"),
  thresholds: z.union([z.int().min(2), z.array(z.number().min(0).max(1)).min(1)]).optional(),
};

const binned = { nBins: z.int().min(1).default(15), norm: z.enum(["l1", "l2", "max"]).default("l1") };

/** Several labels a picture: their number follows the data; networks give logits. */
const labels = { numLabels: z.int().min(1).optional(), scores: scored.scores };
const probability = z.number().min(0).max(1);
const decided = { ...labels, threshold: z.union([probability, z.array(probability).min(1)]).default(0.5) };
const labelCounted = {
  ...decided,
  average: z.enum(["micro", "macro", "weighted", "samples", "none"]).default("macro"),
};
const labelRanked = { ...labels, average: counted.average, thresholds: ranked.thresholds };
const perLabel = z.enum(["macro", "none"]).default("macro");

/** By the name of the metric. */
export const METRIC_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  MulticlassAUROC: z.strictObject(ranked),
  MulticlassAccuracy: z.strictObject(counted),
  MulticlassAveragePrecision: z.strictObject(ranked),
  MulticlassBrierScore: z.strictObject(scored),
  MulticlassCalibrationError: z.strictObject({ ...scored, ...binned }),
  MulticlassCohenKappa: z.strictObject({
    ...classes,
    weights: z.enum(["none", "linear", "quadratic"]).default("none"),
  }),
  MulticlassF1Score: z.strictObject(counted),
  MulticlassFBetaScore: z.strictObject({ ...counted, beta: z.number().positive() }),
  MulticlassHammingDistance: z.strictObject(counted),
  MulticlassHingeLoss: z.strictObject(scored),
  MulticlassJaccardIndex: z.strictObject({ ...classes, average: counted.average }),
  MulticlassLogLoss: z.strictObject(scored),
  MulticlassMatthewsCorrCoef: z.strictObject(classes),
  MulticlassPrecision: z.strictObject(counted),
  MulticlassRecall: z.strictObject(counted),
  MulticlassSpecificity: z.strictObject(counted),
  MultilabelAUROC: z.strictObject(labelRanked),
  MultilabelAccuracy: z.strictObject(labelCounted),
  MultilabelAveragePrecision: z.strictObject(labelRanked),
  MultilabelCalibrationError: z.strictObject({ ...labels, ...binned, average: perLabel }),
  MultilabelCoverageError: z.strictObject(labels),
  MultilabelExactMatch: z.strictObject(decided),
  MultilabelF1Score: z.strictObject(labelCounted),
  MultilabelFBetaScore: z.strictObject({ ...labelCounted, beta: z.number().positive() }),
  MultilabelHammingDistance: z.strictObject(labelCounted),
  MultilabelJaccardIndex: z.strictObject(labelCounted),
  MultilabelLogLoss: z.strictObject({
    ...labels,
    average: z.enum(["micro", "macro", "none"]).default("micro"),
  }),
  MultilabelPrecision: z.strictObject(labelCounted),
  MultilabelRankingAveragePrecision: z.strictObject(labels),
  MultilabelRankingLoss: z.strictObject(labels),
  MultilabelRecall: z.strictObject(labelCounted),
  MultilabelSpecificity: z.strictObject(labelCounted),
};

/** Whether a metric decides by a threshold, as one of a configuration that can be given one. */
export function takesThreshold(name: unknown): boolean {
  return hasOption(name, "threshold");
}

/** The task that a metric of this name measures; undefined for one that is not built in. */
export function taskOfMetric(name: unknown): TaskName | undefined {
  if (hasOption(name, "numLabels")) return "multi_label";
  return hasOption(name, "numClasses") ? "multi_class" : undefined;
}

function hasOption(name: unknown, option: string): boolean {
  const schema = typeof name === "string" ? METRIC_SCHEMAS[name] : undefined;
  return schema instanceof z.ZodObject && option in schema.shape;
}
