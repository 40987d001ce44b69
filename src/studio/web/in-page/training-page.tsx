// Training in this page alone: pictures, settings, the curve as it grows, and what comes out of it.
import { droppedFiles, type PageFile, pickedFiles } from "classifier-training/browser";
import { useState } from "preact/hooks";
import { wholeNumber } from "../../../report/html.ts";
import type { PageProps } from "../page-props.ts";
import { DropZone } from "../parts/drop-zone.tsx";
import { FileButton } from "../parts/file-button.tsx";
import { Link } from "../parts/link.tsx";
import { Notice } from "../parts/notice.tsx";
import { Scrolling } from "../parts/scrolling.tsx";
import { Curve } from "./curve.tsx";
import { Figures } from "./figures.tsx";
import type { Settings } from "./messages.ts";
import { MOST_OPENED, openedPictures } from "./opened-pictures.ts";
import { Results } from "./results.tsx";
import { FIRST_SETTINGS, SettingsForm, withinBounds } from "./settings-form.tsx";
import { useTraining } from "./use-training.ts";
import "./in-page.css";

/** Pictures stay in this browser; nothing is sent to the server. */
export function TrainingPage({ studio }: PageProps) {
  const { state, ask } = useTraining();
  const [settings, setSettings] = useState(FIRST_SETTINGS);
  const [taking, setTaking] = useState<string>();
  const [error, setError] = useState<string>();
  const change = (part: Partial<Settings>): void => setSettings((before) => ({ ...before, ...part }));
  const train = (resume: boolean): void => {
    const checked = withinBounds(settings);
    setSettings(checked);
    ask({ kind: "train", settings: checked, resume });
  };
  const open = (files: readonly PageFile[]): void => {
    setError(undefined);
    ask({ kind: "open", files });
  };
  const takeOpened = async (): Promise<void> => {
    try {
      const classes = studio.data!.classes;
      const told = (done: number, total: number): void =>
        setTaking(`Taking pictures into this page: ${wholeNumber(done)} of ${wholeNumber(total)}`);
      open(await openedPictures(classes, told, new AbortController().signal));
    } catch (reason) {
      setError((reason as Error).message);
    } finally {
      setTaking(undefined);
    }
  };
  const { classes, isTraining, isStopping, resumable, points, made } = state;
  const isBusy = isTraining || taking !== undefined;
  return (
    <>
      <h1>Train in this page</h1>
      <p class="sub">
        The browser trains by itself. Dropped pictures stay on this computer, and nothing is asked of the
        server.
      </p>
      {state.notice !== null && state.notice !== undefined && (
        <Notice kind="warning">
          There is no graphics card that this page can use, so it trains in WebAssembly, which is slower.{" "}
          {!studio.readOnly && (
            <>
              For more than a few hundred pictures, <Link to="/train">train on the server</Link>.{" "}
            </>
          )}
          <small>{state.notice}</small>
        </Notice>
      )}
      <DropZone onDrop={(dropped) => !isBusy && void droppedFiles(dropped).then(open)}>
        <p>Drop a folder that has a folder for each class.</p>
        <div class="choices">
          <FileButton
            label="Choose a folder"
            folder
            disabled={isBusy}
            onFiles={(files) => open(pickedFiles(files))}
          />
          {studio.data?.task === "multi_class" && (
            <button type="button" class="btn" disabled={isBusy} onClick={() => void takeOpened()}>
              Use the opened pictures
            </button>
          )}
        </div>
        {studio.data?.task === "multi_class" && (
          <p>
            <small>
              Of the opened pictures at most {wholeNumber(MOST_OPENED)} are taken, evenly over all.
            </small>
          </p>
        )}
      </DropZone>
      {(error ?? state.error) !== undefined && <Notice kind="error">{error ?? state.error}</Notice>}
      {(taking ?? state.message) !== "" && <Notice kind="info">{taking ?? state.message}</Notice>}
      {classes !== undefined && (
        <>
          <Scrolling name="Classes, and pictures to train on" look="few-lines">
            <ul class="class-counts">
              {classes.map(([name, count]) => (
                <li key={name}>
                  {name} <b>{wholeNumber(count)}</b>
                </li>
              ))}
            </ul>
          </Scrolling>
          <SettingsForm settings={settings} disabled={isBusy} onChange={change} />
          <div class="actions">
            {isTraining ? (
              <button type="button" class="btn" disabled={isStopping} onClick={() => ask({ kind: "stop" })}>
                Stop
              </button>
            ) : (
              <button type="button" class="btn main" onClick={() => train(false)}>
                Train
              </button>
            )}
            {resumable && !isTraining && (
              <button type="button" class="btn" onClick={() => train(true)}>
                Go on where it stopped
              </button>
            )}
          </div>
        </>
      )}
      {(isTraining || points.length > 0) && (
        <section class="card training" aria-label="Progress">
          <progress
            value={state.epochs}
            max={settings.maxEpochs}
            aria-label={`Epochs: ${state.epochs.toFixed(1)} of ${settings.maxEpochs}`}
          />
          <Figures state={state} maxEpochs={settings.maxEpochs} />
          <Curve points={points} />
        </section>
      )}
      {made !== undefined && !isTraining && (
        <Results
          made={made}
          predictions={state.predictions}
          onPicture={(picture) => ask({ kind: "classify", picture })}
        />
      )}
    </>
  );
}
