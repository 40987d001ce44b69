// The model card: what a model is, what it was trained on and how well it does, in Markdown.
import type { Interval } from "../metrics/index.ts";
import type { Evaluation } from "./evaluation.ts";
import { duration, percent, wholeNumber } from "./html.ts";
import type { ReportData } from "./report-data.ts";

/** Classes named in the card; of more, the best and the worst half. */
const MOST_CLASSES = 40;
/** Pictures that were left out and are named in the card; the rest is counted. */
const MOST_LEFT_OUT = 10;

/** After Mitchell et al. (2019), "Model cards for model reporting"; what only people know is left to be filled in. */
export function renderModelCard(data: ReportData, evaluation: Evaluation | undefined): string {
  const { summary, model, preprocessing, splits } = data;
  const { metrics } = summary;
  const test = metrics["test/acc_top1"];
  return `${[
    `# ${summary.model}, ${summary.classes.length} classes`,
    `An image classifier trained by classifier-training in the run \`${data.name}\`.`,
    "## Model",
    list([
      `Architecture: ${summary.model}`,
      ...(model === undefined
        ? []
        : [
            `Parameters: ${wholeNumber(model.parameters)} (${(model.bytes / 1e6).toFixed(1)} MB as float32), ${(model.flops / 1e9).toFixed(2)} GFLOPs a picture`,
          ]),
      ...(summary.export === undefined
        ? []
        : [`File: \`${summary.export}\` with \`labels_mapping.json\` beside it`]),
      `Classes: ${summary.classes.map(plainText).join(", ")}`,
    ]),
    "## Preprocessing",
    preprocessing.length === 0 ? "None." : list(preprocessing),
    "## Use",
    `\`\`\`sh\nclassifier-training predict ${summary.export ?? "model.onnx"} picture.jpg\n\`\`\``,
    "Intended use, users and uses to avoid: to be filled in by those who know where the model will be used.",
    "## Training",
    list([
      ...splits.map(({ name, counts }) => {
        const all = Array.from(counts);
        const [fewest, most] = [Math.min(...all), Math.max(...all)].map(wholeNumber);
        const total = wholeNumber(all.reduce((sum, count) => sum + count, 0));
        return `${name}: ${total} pictures, ${fewest === most ? fewest : `${fewest} to ${most}`} a class`;
      }),
      `${summary.epochs} epochs (${wholeNumber(summary.steps)} steps)${summary.best === undefined ? "" : `, weights of epoch ${summary.best.epoch + 1}`}; ${summary.status}`,
      `${summary.runtime}, ${summary.precision}, ${summary.threads} threads, seed ${summary.seed}, ${duration(summary.wall_seconds)}`,
    ]),
    ...leftOut(summary.bad_pictures),
    "## Results",
    ...(evaluation === undefined
      ? [test === undefined ? "No validation was kept." : ""]
      : [
          table([
            ["on the validation", "value", "95 % interval"],
            ["accuracy", ...cells(evaluation.accuracy)],
            ["macro F1", ...cells(evaluation.macroF1)],
            ["calibration error", percent(evaluation.calibrationError), ""],
          ]),
          `Intervals by the bootstrap over ${wholeNumber(evaluation.samples)} pictures, which also chose the epoch: expect a little less on new pictures.`,
        ]),
    ...(test === undefined ? [] : [`Test accuracy: ${percent(test)}.`]),
    ...(evaluation === undefined ? [] : ["### By class", classScores(evaluation)]),
    "## Limits",
    list([
      "Pictures unlike those it was trained on get one of its classes all the same, often with confidence.",
      ...(evaluation === undefined ? [] : limits(evaluation, summary.classes)),
    ]),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

/** Nothing where all pictures could be read. */
function leftOut(pictures: ReportData["summary"]["bad_pictures"]): string[] {
  if (pictures.length === 0) return [];
  const rest = pictures.length - MOST_LEFT_OUT;
  const count = `${wholeNumber(pictures.length)} ${pictures.length === 1 ? "picture" : "pictures"}`;
  return [
    "## Pictures left out",
    `${count} could not be read: counted above, but not trained on or evaluated.`,
    list([
      ...pictures
        .slice(0, MOST_LEFT_OUT)
        .map(({ name, problem }) => `${plainText(name)}: ${plainText(problem)}`),
      ...(rest > 0 ? [`and ${wholeNumber(rest)} more, in \`summary.json\``] : []),
    ]),
  ];
}

function limits({ confusions, classes }: Evaluation, names: readonly string[]): string[] {
  const few = classes.filter(({ support }) => support < 20);
  return [
    ...confusions
      .slice(0, 3)
      .map(
        ({ truth, predicted, count }) =>
          `Takes ${plainText(names[truth]!)} for ${plainText(names[predicted]!)} (${count} of ${classes[truth]!.support}).`,
      ),
    ...(few.length === 0
      ? []
      : [
          `${few.length} of ${classes.length} classes have fewer than 20 validation pictures: their scores are rough.`,
        ]),
  ];
}

function classScores({ classes }: Evaluation): string {
  const sorted = classes.toSorted((a, b) => b.f1.value - a.f1.value);
  const shown =
    sorted.length <= MOST_CLASSES
      ? sorted
      : [...sorted.slice(0, MOST_CLASSES / 2), ...sorted.slice(-MOST_CLASSES / 2)];
  return table([
    ["class", "pictures", "precision", "recall", "F1", "95 % interval of F1"],
    ...shown.map(({ name, support, precision, recall, f1 }) => [
      plainText(name),
      String(support),
      percent(precision.value),
      percent(recall.value),
      ...cells(f1),
    ]),
  ]);
}

function cells({ value, low, high }: Interval): [string, string] {
  return [percent(value), Number.isFinite(low) ? `${(low * 100).toFixed(1)} to ${percent(high)}` : ""];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table(rows: readonly (readonly string[])[]): string {
  const [header = [], ...body] = rows;
  return [header, header.map((_, i) => (i === 0 ? "---" : "---:")), ...body]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** Text in which Markdown sees nothing but text. */
function plainText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, "\\$&").replaceAll(/\s+/g, " ");
}
