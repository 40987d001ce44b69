// Names of checkpoints from a template: values in braces, no character that a path or a command line minds.
import { ClassifierTrainingError, didYouMean } from "../core/index.ts";

const PLACEHOLDER = /\{([^{}:]+)(?::([^{}]*))?\}/g;
const FORMAT = /^(0?)(\d*)(?:\.(\d+))?([dfe]?)$/;
const UNSAFE = /[^A-Za-z0-9._+-]/g;

/** Whether every placeholder of a template has a format that is understood. */
export function isCheckpointTemplate(template: string): boolean {
  return [...template.matchAll(PLACEHOLDER)].every(([, , format = ""]) => FORMAT.test(format));
}

/** Whether a name is one that `checkpointName` gives: it stays in its folder. */
export function isCheckpointName(name: string): boolean {
  return name !== "" && name.search(UNSAFE) === -1;
}

/** The values that a template wants. */
export function namesIn(template: string): string[] {
  return Array.from(template.matchAll(PLACEHOLDER), ([, name]) => name!);
}

/**
 * The name for these values: `{epoch:02d}` and `{val/acc_top1:.4f}` are Python's formats of integers and decimals.
 * Where `insertNames`, each value stands behind its name, unless the template already wrote one and `=` before it.
 * What is no letter, digit, `.`, `+` or `-` becomes `_`: `epoch={epoch:02d}` gives `epoch_07`.
 * @throws ClassifierTrainingError kind "usage" `CHECKPOINT_NAME` for a value that is not logged.
 */
export function checkpointName(
  template: string,
  values: Readonly<Record<string, number>>,
  insertNames: boolean,
): string {
  const filled = template.replaceAll(
    PLACEHOLDER,
    (_, name: string, format: string | undefined, at: number) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) {
        throw new ClassifierTrainingError("usage", "CHECKPOINT_NAME", `nothing is logged as ${name}`, {
          where: "callbacks.model_checkpoint.filename",
          hint: didYouMean(name, Object.keys(values)),
        });
      }
      const written = insertNames && template[at - 1] !== "=" ? `${name}=` : "";
      return `${written}${formatNumber(value, format ?? "")}`;
    },
  );
  return filled.replaceAll(UNSAFE, "_");
}

function formatNumber(value: number, format: string): string {
  const [, zero, width, precision, kind] = FORMAT.exec(format)!;
  return digits(value, precision, kind!).padStart(Number(width), zero === "0" ? "0" : " ");
}

function digits(value: number, precision: string | undefined, kind: string): string {
  if (!Number.isFinite(value)) return String(value);
  if (kind === "d") return value.toFixed(0);
  if (kind === "e") {
    const [mantissa, exponent] = value.toExponential(Number(precision ?? 6)).split("e");
    return `${mantissa}e${exponent![0]}${exponent!.slice(1).padStart(2, "0")}`;
  }
  if (kind === "f") return value.toFixed(Number(precision ?? 6));
  return precision === undefined ? String(value) : String(Number(value.toPrecision(Number(precision))));
}
