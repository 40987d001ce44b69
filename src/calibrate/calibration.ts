// What a model's file says of its own confidence: written and read.
import * as z from "zod";
import { ClassifierTrainingError, type TaskName } from "../core/index.ts";
import type { Calibration } from "./doubt.ts";

/** Key of the calibration's JSON in the model's metadata. */
export const CALIBRATION_METADATA_KEY = "calibration";

const finite = z.number();
const schema = z.object({
  scaling: z.discriminatedUnion("method", [
    z.object({ method: z.literal("temperature"), temperature: finite.positive() }),
    z.object({ method: z.literal("vector"), scale: z.array(finite), bias: z.array(finite) }),
    z.object({ method: z.literal("per_label"), temperatures: z.array(finite.positive()) }),
  ]),
  least_confidence: z.array(finite.nullable()).min(1).optional(),
  least_familiarity: finite.optional(),
});

/** As it is written into a model's metadata. */
export function formatCalibration(calibration: Calibration): string {
  const { scaling, leastConfidence, leastFamiliarity } = calibration;
  return JSON.stringify({
    scaling,
    least_confidence: leastConfidence,
    least_familiarity: leastFamiliarity,
  });
}

/**
 * @param where the model's file, for the error
 * @throws ClassifierTrainingError kind "data" `MODEL_CALIBRATION` where it is none of a model with so many classes.
 */
export function parseCalibration(
  text: string,
  classes: number,
  where: string,
  task: TaskName = "multi_class",
): Calibration {
  const result = schema.safeParse(parsedJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(`${issue!.path.join(".") || "content"}: ${issue!.message}`, where);
  }
  const { scaling, least_confidence: leastConfidence, least_familiarity: leastFamiliarity } = result.data;
  if (scaling.method === (task === "multi_label" ? "vector" : "per_label"))
    throw invalid(`has the method ${scaling.method}, which is for another task than ${task}`, where);
  const lengths = [
    ...(scaling.method === "vector" ? [scaling.scale.length, scaling.bias.length] : []),
    ...(scaling.method === "per_label" ? [scaling.temperatures.length] : []),
    ...(leastConfidence === undefined || leastConfidence.length === 1 ? [] : [leastConfidence.length]),
  ];
  const other = lengths.find((length) => length !== classes);
  if (other !== undefined) throw invalid(`is for ${other} classes, the model has ${classes}`, where);
  return { scaling, leastConfidence, leastFamiliarity };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(message: string, where: string): ClassifierTrainingError {
  return new ClassifierTrainingError("data", "MODEL_CALIBRATION", `the model's calibration ${message}`, {
    where,
    hint: "calibrate it again with classifier-training calibrate",
  });
}
