// What a run takes for what, and the pictures that it is wrong about.
import { html } from "../../../report/html.ts";
import { confusionCells, matrix } from "../../../report/matrix.ts";
import type { RunDetail } from "../../runs/api.ts";
import { ReportHtml } from "../parts/report-html.tsx";
import { Scrolling } from "../parts/scrolling.tsx";
import { LabelCounts } from "./label-counts.tsx";
import { Mistakes, WorstPictures } from "./worst-pictures.tsx";

interface JudgementProps {
  readonly detail: RunDetail;
  /** Another one where drawings may have changed. */
  readonly version: string;
}

/** As far as the run has been judged yet. */
export function Judgement({ detail, version }: JudgementProps) {
  const { confusion, labelCounts, wrong, pictures, id } = detail;
  const isOpen = wrong.some(({ picture }) => picture !== null);
  const drawings: readonly (readonly [title: string, folder: string])[] = [
    ...(isOpen ? [] : [["Worst pictures", "top_losses"] as const]),
    ["Sample predictions", "sample_predictions"],
  ];
  return (
    <>
      {confusion !== null && (
        <section>
          <h2>{confusion.of === "best" ? "Confusion of the best epoch" : "Confusion now"}</h2>
          <Scrolling name="Confusion matrix" look="card">
            <ReportHtml content={html`${matrix(confusionCells(confusion.cells, confusion.classes))}`} />
          </Scrolling>
        </section>
      )}
      {labelCounts !== null && <LabelCounts {...labelCounts} />}
      {isOpen && <WorstPictures wrong={wrong} />}
      {drawings.map(([title, folder]) => {
        const drawn = ["last", "best"]
          .map((each) => `${folder}/${each}`)
          .find((each) => pictures.includes(each));
        return (
          drawn !== undefined && (
            <section key={folder}>
              <h2>{title}</h2>
              <div class="card">
                <img
                  class="drawing"
                  src={`/api/runs/${id}/pictures/${drawn}?${encodeURIComponent(version)}`}
                  alt={`${title} of the validation`}
                />
              </div>
            </section>
          )
        );
      })}
      {wrong.length > 0 && <Mistakes wrong={wrong} />}
    </>
  );
}
