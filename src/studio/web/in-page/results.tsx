// What comes out of a training in the page: a model to try, and files to keep.
import { download } from "classifier-training/browser";
import { useEffect, useState } from "preact/hooks";
import { DropZone } from "../parts/drop-zone.tsx";
import { FileButton } from "../parts/file-button.tsx";
import { Predictions } from "../parts/predictions.tsx";
import type { Made } from "./messages.ts";
import type { TrainingState } from "./use-training.ts";

interface ResultsProps {
  readonly made: Made;
  readonly predictions: TrainingState["predictions"];
  readonly onPicture: (picture: Blob) => void;
}

/** The model is tried in the page as well. */
export function Results({ made, predictions, onPicture }: ResultsProps) {
  const [shown, setShown] = useState<string>();
  useEffect(() => () => (shown === undefined ? undefined : URL.revokeObjectURL(shown)), [shown]);
  const take = (picture: Blob | undefined): void => {
    if (picture === undefined) return;
    setShown(URL.createObjectURL(picture));
    onPicture(picture);
  };
  return (
    <section class="card results" aria-label="Results">
      <h2>Keep it</h2>
      <div class="actions">
        <button type="button" class="btn main" onClick={() => download("model.onnx", made.model)}>
          Download the model
        </button>
        <button type="button" class="btn" onClick={() => download("labels_mapping.json", made.labels)}>
          Download the labels
        </button>
        <button type="button" class="btn" onClick={() => download("report.html", made.report)}>
          Download the report
        </button>
      </div>
      <h2>Try it</h2>
      <DropZone onDrop={({ files }) => take(files[0])}>
        <p>Drop a picture here.</p>
        <FileButton label="Choose a picture" accept="image/*" onFiles={(files) => take(files[0])} />
      </DropZone>
      {shown !== undefined && predictions !== undefined && (
        <div class="tried-here">
          <img src={shown} alt="The one that was given" />
          <Predictions predictions={predictions} />
        </div>
      )}
    </section>
  );
}
