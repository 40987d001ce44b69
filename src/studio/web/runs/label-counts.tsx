// What became of each label: a 2 x 2 confusion matrix in a row, and the scores that follow from it.
import { percent } from "../../../report/html.ts";
import type { RunLabelCounts } from "../../runs/api.ts";
import { Scrolling } from "../parts/scrolling.tsx";

/** In the order of the labels. */
export function LabelCounts({ of, labels }: RunLabelCounts) {
  return (
    <section>
      <h2>{of === "best" ? "Labels in the best epoch" : "Labels now"}</h2>
      <Scrolling name="What became of each label" look="card">
        <table>
          <thead>
            <tr>
              <th>Label</th>
              <th class="num">Found</th>
              <th class="num">Missed</th>
              <th class="num">Predicted although absent</th>
              <th class="num">Rightly absent</th>
              <th class="num">Precision</th>
              <th class="num">Recall</th>
              <th class="num">F1</th>
            </tr>
          </thead>
          <tbody>
            {labels.map(({ name, tp, fp, fn, tn }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="num">{tp}</td>
                <td class="num">{fn}</td>
                <td class="num">{fp}</td>
                <td class="num">{tn}</td>
                <td class="num">{share(tp, tp + fp)}</td>
                <td class="num">{share(tp, tp + fn)}</td>
                <td class="num">{share(2 * tp, 2 * tp + fp + fn)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </section>
  );
}

/** A dash where it is not defined. */
const share = (count: number, of: number): string => (of === 0 ? "-" : percent(count / of));
