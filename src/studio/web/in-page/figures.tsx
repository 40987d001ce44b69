// The figures of a training that goes on.
import { percent, plainNumber } from "../../../report/html.ts";
import type { TrainingState } from "./use-training.ts";

interface FiguresProps {
  readonly state: TrainingState;
  readonly maxEpochs: number;
}

/** The latest of each. */
export function Figures({ state: { points, epochs, rate }, maxEpochs }: FiguresProps) {
  const latest = (key: "loss" | "accuracy"): number | null | undefined =>
    points.findLast((point) => point[key] !== null)?.[key];
  const figures = [
    ["Epoch", `${Math.min(maxEpochs, Math.floor(epochs) + 1)} of ${maxEpochs}`],
    ["Training loss", plainNumber(latest("loss"))],
    ["Validation accuracy", percent(latest("accuracy"))],
    ["Pictures per second", rate === undefined ? "n/a" : plainNumber(Number(rate.toPrecision(3)))],
  ] as const;
  return (
    <div class="tiles">
      {figures.map(([name, value]) => (
        <div key={name} class="card tile">
          <span>{name}</span>
          <strong>{value}</strong>
        </div>
      ))}
    </div>
  );
}
