// Try it: pictures that are dropped, pasted, chosen or taken, and what a model makes of them.
import { useCallback, useEffect, useState } from "preact/hooks";
import { percent, plainNumber } from "../../../report/html.ts";
import type { ModelEntry, ModelList, OpenedModel } from "../../models/api.ts";
import { get, post } from "../client.ts";
import type { PageProps } from "../page-props.ts";
import { DropZone } from "../parts/drop-zone.tsx";
import { FileButton } from "../parts/file-button.tsx";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { go, usePlace } from "../router.ts";
import { Camera } from "./camera.tsx";
import { useTried } from "./tried.ts";
import { TriedCard } from "./tried-card.tsx";
import "./models.css";

const isModel = (file: Blob): boolean => file instanceof File && file.name.toLowerCase().endsWith(".onnx");

/** The model that is chosen is part of the address. */
export function ModelsPage({ studio }: PageProps) {
  const wanted = usePlace().query.get("model");
  const [models, setModels] = useState<readonly ModelEntry[]>();
  const [model, setModel] = useState<OpenedModel>();
  const [error, setError] = useState<string>();
  const [isUploading, setUploading] = useState(false);
  const [hasCamera, setCamera] = useState(false);
  const { tried, add, clear } = useTried();
  const chosen = models?.some(({ id }) => id === wanted) === true ? wanted : models?.[0]?.id;

  useEffect(() => {
    get<ModelList>("/api/models").then(
      (list) => setModels(list.models),
      (reason: Error) => setError(reason.message),
    );
  }, []);
  useEffect(() => {
    if (chosen === undefined || chosen === null) return;
    const abort = new AbortController();
    setModel(undefined);
    setError(undefined);
    get<OpenedModel>(`/api/models/${chosen}`, abort.signal).then(setModel, (reason: Error) => {
      if (reason.name !== "AbortError") setError(reason.message);
    });
    return () => abort.abort();
  }, [chosen]);

  const take = useCallback(
    async (files: Iterable<Blob>): Promise<void> => {
      const all = [...files];
      add(all.filter((file) => !isModel(file)));
      const [given] = all.filter(isModel) as File[];
      if (given === undefined) return;
      setUploading(true);
      setError(undefined);
      try {
        const entry = await post<ModelEntry>(
          `/api/models/files?name=${encodeURIComponent(given.name)}`,
          given,
        );
        setModels((await get<ModelList>("/api/models")).models);
        go(`/try?model=${entry.id}`, { replace: true });
      } catch (reason) {
        setError(`${given.name}: ${(reason as Error).message}`);
      } finally {
        setUploading(false);
      }
    },
    [add],
  );
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent): void => {
      if (clipboardData !== null) void take(clipboardData.files);
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  }, [take]);

  if (models === undefined) return error === undefined ? null : <Notice kind="error">{error}</Notice>;
  return (
    <>
      <h1>Try it</h1>
      <div class="filters chosen-model">
        {models.length > 0 && (
          <label class="field">
            Model
            <select
              value={chosen ?? ""}
              onChange={({ currentTarget }) => go(`/try?model=${currentTarget.value}`, { replace: true })}
            >
              {models.map((entry) => (
                <option key={entry.id} value={entry.id}>
                  {titleOf(entry)}
                </option>
              ))}
            </select>
          </label>
        )}
        <FileButton
          label={isUploading ? "Reading the model …" : "Open an .onnx file"}
          accept=".onnx"
          disabled={isUploading}
          onFiles={(files) => void take(files)}
        />
      </div>
      {model !== undefined && <p class="sub">{factsOf(model)}</p>}
      {model?.remark !== undefined && <Notice kind="warning">{model.remark}</Notice>}
      {error !== undefined && <Notice kind="error">{error}</Notice>}
      {models.length === 0 && (
        <Notice kind="info">
          No run has a model yet. Open an .onnx file, or{" "}
          {studio.readOnly ? "train" : <Link to="/train">train</Link>} one first.
        </Notice>
      )}
      <DropZone onDrop={(dropped) => void take(dropped.files)}>
        <p>
          {models.length === 0
            ? "Drop an .onnx file here."
            : "Drop pictures or a model here, or paste a picture with Ctrl+V."}
        </p>
        {models.length > 0 && (
          <div class="choices">
            <FileButton
              label="Choose pictures"
              accept="image/*"
              multiple
              onFiles={(files) => void take(files)}
            />
            <button
              type="button"
              class="btn"
              disabled={hasCamera || model === undefined}
              onClick={() => setCamera(true)}
            >
              Use the camera
            </button>
            {tried.length > 0 && (
              <button type="button" class="btn" onClick={clear}>
                Clear
              </button>
            )}
          </div>
        )}
      </DropZone>
      {model !== undefined && hasCamera && (
        <Camera model={model} onPicture={(picture) => add([picture])} onClose={() => setCamera(false)} />
      )}
      {model !== undefined && tried.length > 0 && (
        <div class="all-tried">
          {tried.map((each) => (
            <TriedCard key={each.key} model={model} tried={each} />
          ))}
        </div>
      )}
    </>
  );
}

function titleOf({ name, score }: ModelEntry): string {
  if (score === undefined) return name;
  const { metric, value } = score;
  return `${name} (${metric} ${value <= 1 ? percent(value) : plainNumber(value)})`;
}

function factsOf({ architecture, classes, imageSize, task, calibrated }: OpenedModel): string {
  const what = task === "multi_label" ? "labels" : "classes";
  const parts = [architecture, `${classes.length} ${what}`, `${imageSize[1]} × ${imageSize[0]} pixels`];
  return [...parts, calibrated ? "calibrated" : "not calibrated"].join(", ");
}
