// Precisions that a runtime lacks: the error says which to use instead.
import { ClassifierTrainingError } from "../core/index.ts";
import type { Precision } from "./contract.ts";

/** Those that are named first where another is lacking: of the same width. */
const INSTEAD: Readonly<Record<Precision, readonly Precision[]>> = {
  "32-true": [],
  "16-mixed": ["bf16-mixed", "32-true"],
  "bf16-mixed": ["16-mixed", "32-true"],
};

/**
 * The error that a precision is not offered.
 * @param by who does not, such as `runtime reference`
 * @param offered what it does offer
 */
export function precisionError(
  by: string,
  precision: Precision,
  offered: readonly Precision[],
): ClassifierTrainingError {
  const instead = INSTEAD[precision].filter((other) => offered.includes(other));
  const settings = (instead.length === 0 ? offered : instead).map((other) => `trainer.precision=${other}`);
  return new ClassifierTrainingError("usage", "RUNTIME_PRECISION", `${precision} is not offered by ${by}`, {
    where: "trainer.precision",
    hint: `use ${settings.join(" or ")}; classifier-training doctor lists what there is`,
  });
}
