// Confident learning against cleanlab: thresholds, joint, scores and the labels that each filter doubts.
import { expect, test } from "vitest";
import { confidentJoint, confidentThresholds } from "../../src/inspect/label-quality/confident-joint.ts";
import { type LabelScore, scoreLabel } from "../../src/inspect/label-quality/label-scores.ts";
import { doubtedLabels, type LabelFilter } from "../../src/inspect/label-quality/prune.ts";
import { readGolden } from "./read-golden.ts";

interface Problem {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly thresholds: readonly number[];
  readonly joint: readonly (readonly number[])[];
  readonly scores: Readonly<Record<LabelScore, readonly number[]>>;
  readonly issues: Readonly<Record<LabelFilter, readonly number[]>>;
}
const { problems } = readGolden<{ readonly problems: readonly Problem[] }>("label-quality/cleanlab.json");

test.each(problems)("$classes classes", ({ classes, labels, probabilities, thresholds, ...expected }) => {
  const predicted = { classes, labels, probabilities };
  const joint = confidentJoint(predicted);
  expect([...confidentThresholds(predicted)]).toEqual(thresholds.map((value) => expect.closeTo(value, 12)));
  expect(joint).toEqual(expected.joint);
  for (const [score, values] of Object.entries(expected.scores)) {
    const own = labels.map((given, i) =>
      scoreLabel(probabilities.slice(i * classes, (i + 1) * classes), given, score as LabelScore),
    );
    expect(own, score).toEqual(values.map((value) => expect.closeTo(value, 10)));
  }
  for (const [filter, issues] of Object.entries(expected.issues)) {
    const found = [...doubtedLabels(predicted, joint, filter as LabelFilter)].sort((a, b) => a - b);
    expect(found, filter).toEqual(issues);
  }
});
