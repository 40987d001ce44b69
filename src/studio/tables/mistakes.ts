// What a run's validation takes for what, and the pictures that it is most wrong about.
import { csvRecords, readLabelList, writeLabelList } from "../../core/index.ts";
import type { RunConfusion, RunLabelCounts } from "../runs/api.ts";
import { type Row, readTable, readText } from "../runs/run-tables.ts";
import type { MistakesRequest, RunMistakes } from "./protocol.ts";

/** Pictures that were taken for something else. */
const MOST_WRONG = 24;
/** The first column of a confusion matrix of classes. */
const CORNER = "true \\ predicted";

/** Of a run that goes on: the last validation that was drawn; of others the best one. */
export async function mistakesOf({ folder, isLive }: MistakesRequest): Promise<RunMistakes> {
  const drawn = isLive ? countedIn(await readTable(folder, "confusion_matrix/last.csv")) : null;
  const predicted = predictedIn((await readText(folder, "predictions.csv")) ?? "");
  return {
    confusion: drawn ?? predicted.confusion,
    labelCounts: await labelCountsOf(folder, isLive ? "last" : "best"),
    wrong: predicted.wrong,
  };
}

function countedIn(rows: readonly Row[]): RunConfusion | null {
  if (rows[0]?.[CORNER] === undefined) return null;
  const classes = rows.map((row) => row[CORNER]!);
  const cells = rows.flatMap((row, truth) =>
    classes.flatMap((name, predicted) =>
      Number(row[name]) > 0 ? [{ truth, predicted, count: Number(row[name]) }] : [],
    ),
  );
  return { of: "last", classes, cells };
}

/** Null where pictures have one class each. */
async function labelCountsOf(folder: string, of: RunLabelCounts["of"]): Promise<RunLabelCounts | null> {
  const rows = await readTable(folder, `confusion_matrix/${of}.csv`);
  if (rows[0]?.tp === undefined || CORNER in rows[0]) return null;
  const labels = rows.map(({ label = "", tp, fp, fn, tn }) => ({
    name: label,
    ...{ tp: Number(tp), fp: Number(fp), fn: Number(fn), tn: Number(tn) },
  }));
  return { of, labels };
}

/** What the predictions of the best epoch say; row by row, since there may be very many. */
function predictedIn(text: string): Pick<RunMistakes, "confusion" | "wrong"> {
  const records = csvRecords(text);
  const header = records.next().value?.values ?? [];
  const place = (column: string): number => header.indexOf(column);
  const at = { name: place("name"), truth: place("true"), predicted: place("predicted") };
  const [confidence, loss, unknown] = [place("confidence"), place("loss"), place("unknown")];
  const counts = new Map<string, Map<string, number>>();
  const wrong: RunMistakes["wrong"][number][] = [];
  for (const { values } of records) {
    const [name = "", truth = "", said = ""] = [values[at.name], values[at.truth], values[at.predicted]];
    if (confidence >= 0) {
      const row = counts.get(truth) ?? new Map<string, number>();
      counts.set(truth, row.set(said, (row.get(said) ?? 0) + 1));
    }
    const predicted = knownOf(said, values[unknown] ?? "");
    if (predicted === truth) continue;
    const share = confidence < 0 ? null : Number(values[confidence]);
    wrong.push({ name, truth, predicted, confidence: share, loss: Number(values[loss]) });
  }
  wrong.sort((a, b) => b.loss - a.loss);
  return { confusion: counts.size === 0 ? null : confusionOf(counts), wrong: wrong.slice(0, MOST_WRONG) };
}

/** @param counts by what is true, then by what was predicted */
function confusionOf(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): RunConfusion {
  const names = [...counts].flatMap(([truth, row]) => [truth, ...row.keys()]);
  const classes = [...new Set(names)].sort();
  const cells = [...counts].flatMap(([truth, row]) =>
    Array.from(row, ([predicted, count]) => ({
      truth: classes.indexOf(truth),
      predicted: classes.indexOf(predicted),
      count,
    })),
  );
  return { of: "best", classes, cells };
}

/** What was predicted; of several labels those of which the truth is known. */
function knownOf(predicted: string, unknown: string): string {
  if (unknown === "") return predicted;
  const left = new Set(readLabelList(unknown));
  return writeLabelList(readLabelList(predicted).filter((label) => !left.has(label)));
}
