// The learning curves of all trials: the better the darker, those given up in grey with a cross where they ended.
import { type Html, html, plainNumber } from "../html.ts";
import { numberAxis } from "./axis.ts";
import { bestLast, qualityOf, type StudyReport, shade } from "./study-data.ts";

const [WIDTH, HEIGHT] = [980, 340];
const PLOT = { left: 58, right: 18, top: 14, bottom: 46 };

/** Nothing where no trial has reported. */
export function learningCurves({ trials, objectives, best }: StudyReport): Html {
  const [objective] = objectives;
  const drawn = trials
    .map((trial) => ({ ...trial, curve: trial.curve.filter(([, value]) => Number.isFinite(value)) }))
    .filter(({ curve }) => curve.length > 0);
  if (drawn.length === 0 || objective === undefined) return html``;
  const quality = qualityOf(trials, objective.maximize);
  const y = numberAxis(
    drawn.flatMap(({ curve }) => curve.map(([, value]) => value)),
    false,
    /acc/.test(objective.metric),
  );
  const last = Math.max(...drawn.map(({ curve }) => curve.at(-1)![0]));
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((n) => last / n <= 12) ?? 500;
  const sx = (epoch: number): number =>
    round(PLOT.left + (last === 1 ? 0.5 : (epoch - 1) / (last - 1)) * (WIDTH - PLOT.left - PLOT.right));
  const sy = (value: number): number =>
    round(HEIGHT - PLOT.bottom - y.at(value) * (HEIGHT - PLOT.top - PLOT.bottom));
  const tick = (at: number): number => round(HEIGHT - PLOT.bottom - at * (HEIGHT - PLOT.top - PLOT.bottom));
  const sorted = bestLast(
    drawn,
    ({ number }) => quality.get(number) ?? -1,
    ({ number }) => best.includes(number),
  );
  return html`<figure class="card chart"><div class="scroll" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="min-width:760px" role="img" aria-label="Learning curves of all trials">
    ${y.ticks.map(({ at, text }) => html`<path class="grid" d="M${PLOT.left} ${tick(at)}H${WIDTH - PLOT.right}"/><text class="tick" x="${PLOT.left - 8}" y="${tick(at) + 4}" text-anchor="end">${text}</text>`)}
    ${Array.from({ length: last }, (_, i) => i + 1)
      .filter((epoch) => epoch === 1 || epoch % step === 0)
      .map(
        (epoch) =>
          html`<text class="tick" x="${sx(epoch)}" y="${HEIGHT - PLOT.bottom + 17}" text-anchor="middle">${epoch}</text>`,
      )}
    <text class="axis" x="${WIDTH / 2}" y="${HEIGHT - 6}" text-anchor="middle">epoch</text>
    ${sorted.map(({ number, state, curve }) => {
      const known = quality.get(number);
      const name = known === undefined ? "abandoned" : best.includes(number) ? "thread best" : "thread";
      const [epoch, value] = curve.at(-1)!;
      const title = `trial ${number}, ${state}: ${plainNumber(value)} after ${epoch} epochs`;
      const end =
        state === "pruned" || state === "failed"
          ? html`<path class="given-up" d="M${round(sx(epoch) - 3)} ${round(sy(value) - 3)}l6 6m0 -6l-6 6"/>`
          : curve.length === 1
            ? html`<circle class="trial" style="--q:${percentOf(known)}" cx="${sx(epoch)}" cy="${sy(value)}" r="3"/>`
            : undefined;
      return html`<g><title>${title}</title><path class="${name}" style="--q:${percentOf(known)}" d="${curve.map(([at, v], i) => `${i === 0 ? "M" : "L"}${sx(at)} ${sy(v)}`).join("")}"/>${end}</g>`;
    })}
  </svg></div></figure>`;
}

const percentOf = (quality: number | undefined): string => `${shade(quality ?? 0)}%`;
const round = (value: number): number => Math.round(value * 10) / 10;
