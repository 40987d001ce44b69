// What a run's validation takes for what, and the pictures that it is most wrong about.
import { relative, resolve } from "node:path";
import { readLabelList, writeLabelList } from "../../core/index.ts";
import type { RunConfusion, RunLabelCounts, WrongPicture } from "./api.ts";
import type { FollowedRun } from "./followed-run.ts";
import { type Row, readTable } from "./run-tables.ts";

/** The number of an open picture by its name; undefined where there is none of that name. */
export type FindPicture = (name: string) => number | undefined;

/** Pictures that were taken for something else. */
const MOST_WRONG = 24;
/** The first column of a confusion matrix of classes. */
const CORNER = "true \\ predicted";

/** Of a run that goes on: the last validation that was drawn; of others the best one. @param predictions of the best epoch */
export async function confusionOf(
  { row, folder }: FollowedRun,
  predictions: readonly Row[],
): Promise<RunConfusion | null> {
  const counted =
    row?.status === "running" ? countedIn(await readTable(folder.path, "confusion_matrix/last.csv")) : null;
  if (counted !== null || predictions[0]?.confidence === undefined) return counted;
  const classes = [...new Set(predictions.flatMap((each) => [each.true!, each.predicted!]))].sort();
  const counts = new Map<string, number>();
  for (const { true: truth = "", predicted = "" } of predictions) {
    const cell = `${classes.indexOf(truth)} ${classes.indexOf(predicted)}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const cells = Array.from(counts, ([cell, count]) => {
    const [truth = 0, predicted = 0] = cell.split(" ").map(Number);
    return { truth, predicted, count };
  });
  return { of: "best", classes, cells };
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

/** Of the last validation of a run that goes on, of others the best one; null where pictures have one class each. */
export async function labelCountsOf({ row, folder }: FollowedRun): Promise<RunLabelCounts | null> {
  const of = row?.status === "running" ? "last" : "best";
  const rows = await readTable(folder.path, `confusion_matrix/${of}.csv`);
  if (rows[0]?.tp === undefined || CORNER in rows[0]) return null;
  const labels = rows.map(({ label = "", tp, fp, fn, tn }) => ({
    name: label,
    ...{ tp: Number(tp), fp: Number(fp), fn: Number(fn), tn: Number(tn) },
  }));
  return { of, labels };
}

/** The largest losses first. */
export function wrongOf({ facts }: FollowedRun, rows: readonly Row[], find?: FindPicture): WrongPicture[] {
  return rows
    .map((row) => ({ row, predicted: knownOf(row), loss: Number(row.loss) }))
    .filter(({ row, predicted }) => row.true !== predicted)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, MOST_WRONG)
    .map(({ row: { name = "", true: truth = "", confidence }, predicted, loss }) => {
      const path = resolve(facts?.cwd ?? "", name);
      // Open pictures are named from their folder as it was given: absolute, or from here.
      const picture = find?.(path) ?? find?.(relative("", path)) ?? null;
      const share = confidence === undefined ? null : Number(confidence);
      return { name, truth, predicted, confidence: share, loss, picture };
    });
}

/** What was predicted; of several labels those of which the truth is known. */
function knownOf({ predicted = "", unknown }: Row): string {
  if (unknown === undefined || unknown === "") return predicted;
  const left = new Set(readLabelList(unknown));
  return writeLabelList(readLabelList(predicted).filter((label) => !left.has(label)));
}
