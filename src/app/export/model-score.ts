// How good a model's answers are: the share of right classes, or of several labels the mean average precision.
import { type HostTensor, sigmoid, type TaskName, toNumbers } from "../../core/index.ts";
import { MultilabelAveragePrecision } from "../../metrics/index.ts";
import { isPresent } from "../../tasks/index.ts";

/** What models are judged by. */
export type ScoreName = "accuracy" | "map";

/** Judges answers batch by batch. */
export interface ModelScore {
  /** @param logits [N, C] @param labels as batches have them */
  update(logits: HostTensor<"float32">, labels: HostTensor): void;
  /** In [0, 1]; undefined where nothing that was answered is known. */
  value(): number | undefined;
}

interface Judge {
  readonly name: ScoreName;
  score(labels: number): ModelScore;
  /** What each row of logits says, as numbers that can be compared one by one. */
  answers(logits: HostTensor<"float32">): number[];
}

/** By the task of a model. */
export const JUDGES: Readonly<Record<TaskName, Judge>> = {
  multi_class: { name: "accuracy", score: () => new Accuracy(), answers: bestOf },
  multi_label: { name: "map", score: (labels) => new MeanAveragePrecision(labels), answers: presentOf },
};

/** Of the pictures that have a class. */
class Accuracy implements ModelScore {
  #right = 0;
  #labelled = 0;

  update(logits: HostTensor<"float32">, labels: HostTensor): void {
    const best = bestOf(logits);
    for (const [row, label] of toNumbers(labels.data).entries()) {
      if (label >= 0) this.#labelled++;
      if (best[row] === label) this.#right++;
    }
  }

  value(): number | undefined {
    return this.#labelled === 0 ? undefined : this.#right / this.#labelled;
  }
}

/** Of the labels that some picture has. */
class MeanAveragePrecision implements ModelScore {
  readonly #metric: MultilabelAveragePrecision;

  constructor(numLabels: number) {
    this.#metric = new MultilabelAveragePrecision({ numLabels, scores: "logits" });
  }

  update(logits: HostTensor<"float32">, labels: HostTensor): void {
    this.#metric.update(logits, labels as HostTensor<"float32">);
  }

  value(): number | undefined {
    const value = this.#metric.compute();
    return Number.isNaN(value) ? undefined : value;
  }
}

/** The class with the largest logit of each row; the lower one of equals. */
function bestOf({ shape, data }: HostTensor<"float32">): number[] {
  const [rows, classes] = shape as [number, number];
  return Array.from({ length: rows }, (_, row) => {
    const logits = data.subarray(row * classes, (row + 1) * classes);
    return logits.reduce((best, value, i) => (value > logits[best]! ? i : best), 0);
  });
}

/** Whether each label of each row is more likely than not. */
function presentOf({ data }: HostTensor<"float32">): number[] {
  return Array.from(data, (logit) => Number(isPresent(sigmoid(logit))));
}
