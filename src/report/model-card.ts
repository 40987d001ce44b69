// The model card: what a model is, what it was trained on and how well it does, in Markdown.
import type { Interval } from "../metrics/index.ts";
import type { Evaluation } from "./evaluation.ts";
import { duration, percent, wholeNumber } from "./html.ts";
import type { ReportData, RunFacts } from "./report-data.ts";

/** Classes named in the card; of more, the best and the worst half. */
const MOST_CLASSES = 40;
/** Pictures that were left out and are named in the card; the rest is counted. */
const MOST_LEFT_OUT = 10;

/** What a card says of how well a model does. */
export interface CardQuality {
  /** What a picture is given. */
  readonly category: "class" | "label";
  readonly categories: "classes" | "labels";
  /** Figures with their 95 % intervals; undefined without a validation. */
  readonly results: { readonly rows: readonly (readonly string[])[]; readonly pictures: number } | undefined;
  /** What was measured on the test split, in a sentence. */
  readonly test: string | undefined;
  /** The scores of each class or label, as a table. */
  readonly scores: string | undefined;
  readonly limits: readonly string[];
}

/** The card of a model whose pictures belong to one class each. @param evaluation of `evaluationOf` */
export function renderModelCard(data: ReportData, evaluation: Evaluation | undefined): string {
  const test = data.summary.metrics["test/acc_top1"];
  return renderCard(data, {
    category: "class",
    categories: "classes",
    results:
      evaluation === undefined
        ? undefined
        : {
            rows: [
              ["accuracy", ...cells(evaluation.accuracy)],
              ["macro F1", ...cells(evaluation.macroF1)],
              ["calibration error", percent(evaluation.calibrationError), ""],
            ],
            pictures: evaluation.samples,
          },
    test: test === undefined ? undefined : `Test accuracy: ${percent(test)}.`,
    scores: evaluation === undefined ? undefined : classScores(evaluation),
    limits: [
      "Pictures unlike those it was trained on get one of its classes all the same, often with confidence.",
      ...(evaluation === undefined ? [] : limits(evaluation, data.summary.classes)),
    ],
  });
}

/** After Mitchell et al. (2019), "Model cards for model reporting"; what only people know is left to be filled in. */
export function renderCard(data: RunFacts, quality: CardQuality): string {
  const { summary, model, preprocessing, splits } = data;
  const { category, categories, results, test, scores } = quality;
  return `${[
    `# ${summary.model}, ${summary.classes.length} ${categories}`,
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
      `${category === "class" ? "Classes" : "Labels"}: ${summary.classes.map(plainText).join(", ")}`,
    ]),
    "## Preprocessing",
    preprocessing.length === 0 ? "None." : list(preprocessing),
    "## Use",
    `\`\`\`sh\nclassifier-training predict ${summary.export ?? "model.onnx"} picture.jpg\n\`\`\``,
    "Intended use, users and uses to avoid: to be filled in by those who know where the model will be used.",
    "## Training",
    list([
      ...splits.map(({ name, counts, pictures }) => {
        const all = Array.from(counts);
        const [fewest, most] = [Math.min(...all), Math.max(...all)].map(wholeNumber);
        return `${name}: ${wholeNumber(pictures)} pictures, ${fewest === most ? fewest : `${fewest} to ${most}`} a ${category}`;
      }),
      `${summary.epochs} epochs (${wholeNumber(summary.steps)} steps)${summary.best === undefined ? "" : `, weights of epoch ${summary.best.epoch + 1}`}; ${summary.status}`,
      `${summary.runtime}, ${summary.precision}, ${summary.threads} threads, seed ${summary.seed}, ${duration(summary.wall_seconds)}`,
    ]),
    ...leftOut(summary.bad_pictures),
    "## Results",
    ...(results === undefined
      ? [test === undefined ? "No validation was kept." : ""]
      : [
          table([["on the validation", "value", "95 % interval"], ...results.rows]),
          `Intervals by the bootstrap over ${wholeNumber(results.pictures)} pictures, which also chose the epoch: expect a little less on new pictures.`,
        ]),
    ...(test === undefined ? [] : [test]),
    ...(scores === undefined ? [] : [`### By ${category}`, scores]),
    "## Limits",
    list(quality.limits),
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
  return scoreRows(
    ["class", "pictures", "precision", "recall", "F1", "95 % interval of F1"],
    classes.map(({ name, support, precision, recall, f1 }) => ({
      by: f1.value,
      row: [plainText(name), String(support), percent(precision.value), percent(recall.value), ...cells(f1)],
    })),
  );
}

/** Rows of scores, best first; of many the best and the worst. */
export function scoreRows(
  header: readonly string[],
  rows: readonly { readonly by: number; readonly row: readonly string[] }[],
): string {
  const sorted = rows.toSorted((a, b) => b.by - a.by).map(({ row }) => row);
  const shown =
    sorted.length <= MOST_CLASSES
      ? sorted
      : [...sorted.slice(0, MOST_CLASSES / 2), ...sorted.slice(-MOST_CLASSES / 2)];
  return table([header, ...shown]);
}

/** A value and its interval, as two cells. */
export function cells({ value, low, high }: Interval): [string, string] {
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
export function plainText(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>#|]/g, "\\$&").replaceAll(/\s+/g, " ");
}
