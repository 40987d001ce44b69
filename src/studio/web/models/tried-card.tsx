// A picture that is tried: what the model says, why, and what is like it.
import { useState } from "preact/hooks";
import type { Classified, OpenedModel } from "../../models/api.ts";
import { post } from "../client.ts";
import { Notice } from "../parts/notice.tsx";
import { Predictions } from "../parts/predictions.tsx";
import { useAnswer } from "../parts/use-answer.ts";
import { HeatView } from "./heat-view.tsx";
import { NearestView } from "./nearest-view.tsx";
import type { Tried } from "./tried.ts";

interface TriedCardProps {
  readonly model: OpenedModel;
  readonly tried: Tried;
}

/** Asks again when another model is chosen. */
export function TriedCard({ model, tried }: TriedCardProps) {
  const [showsHeat, setShowsHeat] = useState(false);
  const [showsNearest, setShowsNearest] = useState(false);
  const { answer: classified, error } = useAnswer(
    () => post<Classified>(`/api/models/${model.id}/classify`, tried.picture),
    [model.id, tried],
  );
  const isKnown = classified !== undefined;
  return (
    <article class="card tried" aria-label={tried.name}>
      <div class="looks">
        {isKnown && showsHeat && model.heat !== null ? (
          <HeatView model={model} tried={tried} />
        ) : (
          <img class="given" src={tried.url} alt={tried.name} />
        )}
      </div>
      <div class="says">
        <h2>{tried.name}</h2>
        {error !== undefined && <Notice kind="error">{error}</Notice>}
        {error === undefined && classified === undefined && <p role="status">Looking …</p>}
        {isKnown && (
          <>
            <Predictions predictions={classified.predictions} thresholds={model.thresholds} />
            <div class="actions">
              {model.heat !== null && (
                <button
                  type="button"
                  class="btn"
                  aria-pressed={showsHeat}
                  onClick={() => setShowsHeat(!showsHeat)}
                >
                  {showsHeat ? "Hide the heat map" : "Show the heat map"}
                </button>
              )}
              {model.features && (
                <button
                  type="button"
                  class="btn"
                  aria-pressed={showsNearest}
                  onClick={() => setShowsNearest(!showsNearest)}
                >
                  {showsNearest ? "Hide the nearest pictures" : "Show the nearest pictures"}
                </button>
              )}
            </div>
          </>
        )}
      </div>
      {isKnown && showsNearest && model.features && (
        <div class="near">
          <h3>Nearest pictures of the data</h3>
          <NearestView model={model} tried={tried} />
        </div>
      )}
    </article>
  );
}
