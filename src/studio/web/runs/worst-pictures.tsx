// The mistakes of a run with the largest loss, as pictures and as a table.
import { percent } from "../../../report/html.ts";
import type { WrongPicture } from "../../runs/api.ts";
import { Link } from "../parts/link.tsx";
import { Scrolling } from "../parts/scrolling.tsx";
import { Thumbnail } from "../parts/thumbnail.tsx";
import { metricText } from "./words.ts";

interface MistakesProps {
  readonly wrong: readonly WrongPicture[];
}

/** Those that are open in the studio; each leads to where it can be looked at. */
export function WorstPictures({ wrong }: MistakesProps) {
  return (
    <section>
      <h2>Worst pictures</h2>
      <div class="pics card worst">
        {wrong.map(
          ({ name, truth, predicted, confidence, picture }) =>
            picture !== null && (
              <figure key={name} class="pic wrong">
                <Link to={`/data?name=${encodeURIComponent(lastPart(name))}`}>
                  <span class="frame">
                    <Thumbnail id={picture} alt={lastPart(name)} side={128} />
                  </span>
                </Link>
                <figcaption>
                  <b>{orNone(predicted)}</b>
                  {confidence !== null && ` ${percent(confidence, 0)}`}
                  <span>true {orNone(truth)}</span>
                </figcaption>
              </figure>
            ),
        )}
      </div>
    </section>
  );
}

/** All of them, whether their pictures are open or not. */
export function Mistakes({ wrong }: MistakesProps) {
  const isSingle = wrong.some(({ confidence }) => confidence !== null);
  return (
    <section>
      <details>
        <summary>The {wrong.length} mistakes with the largest loss as a table</summary>
        <Scrolling name="Mistakes">
          <table>
            <thead>
              <tr>
                <th>Picture</th>
                <th>True</th>
                <th>Predicted</th>
                {isSingle && <th class="num">Confidence</th>}
                <th class="num">Loss</th>
              </tr>
            </thead>
            <tbody>
              {wrong.map(({ name, truth, predicted, confidence, loss }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{orNone(truth)}</td>
                  <td>{orNone(predicted)}</td>
                  {isSingle && <td class="num">{confidence === null ? "-" : percent(confidence)}</td>}
                  <td class="num">{metricText("val/loss", loss)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      </details>
    </section>
  );
}

const lastPart = (name: string): string => name.split("/").at(-1)!;

/** Several labels stand apart; a picture may have none. */
const orNone = (labels: string): string => (labels === "" ? "none" : labels.replaceAll("|", ", "));
