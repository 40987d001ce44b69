// What a model says of a picture: a bar for each class, or for each label with the threshold above which it is there.
import { percent } from "../../../report/html.ts";
import type { Classified } from "../../models/api.ts";
import "./predictions.css";

interface PredictionsProps {
  readonly predictions: Classified["predictions"];
  /** Of several labels, by class; null: 0.5 for all. */
  readonly thresholds?: readonly number[] | null;
}

const DOUBTS = {
  unconfident: "Unsure: the model would rather not say. It is not confident enough.",
  unfamiliar: "Unsure: the model would rather not say. It has not seen anything like this.",
} as const;

/** Most likely first. */
export function Predictions({ predictions, thresholds = null }: PredictionsProps) {
  const [best] = predictions;
  const isSeveral = best?.present !== undefined;
  const present = predictions.filter((each) => each.present === true);
  return (
    <div class="predictions">
      <p class="found">
        {!isSeveral
          ? best?.label
          : present.length === 0
            ? "None of the labels"
            : present.map(({ label }) => label).join(", ")}
      </p>
      {best?.unsure !== undefined && <p class="unsure">{DOUBTS[best.unsure]}</p>}
      <div class="shares">
        {predictions.map(({ classId, label, confidence, present: isThere }) => (
          <div key={classId} class={isThere === false ? "absent" : undefined}>
            <span>{label}</span>
            <span class="track">
              <i style={{ width: `${100 * confidence}%` }} />
              {isSeveral && (
                <em
                  style={{ left: `${100 * (thresholds?.[classId] ?? 0.5)}%` }}
                  title={`there above ${percent(thresholds?.[classId] ?? 0.5)}`}
                />
              )}
            </span>
            <b>{percent(confidence)}</b>
          </div>
        ))}
      </div>
    </div>
  );
}
