// Lines over the epochs that grow while they are looked at, and the same numbers as a table.
import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "preact/hooks";
import UPlot from "uplot";
import { isShare } from "../../../core/index.ts";
import type { Value } from "../../runs/api.ts";
import { Scrolling } from "../parts/scrolling.tsx";
import { useDark } from "../parts/use-dark.ts";
import { metricText } from "./words.ts";

/** One line. */
export interface Curve {
  readonly name: string;
  /** Over the epochs that are done; within one a fraction. */
  readonly points: readonly (readonly [epochs: number, value: Value])[];
}

interface CurvesProps {
  readonly title: string;
  /** The metric that the values are of, for how they are written. */
  readonly metric: string;
  readonly curves: readonly Curve[];
}

const COLOURS = ["--right", "--wrong", "--third", "--extra", "--muted"];
const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3]];
const HEIGHT = 260;
/** Steps of the scale of epochs: whole ones, and smaller ones where a curve is known within them. */
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const FINE_STEPS = [1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/** Nothing where there is no value. */
export function Curves({ title, metric, curves }: CurvesProps) {
  const drawn = curves.filter(({ points }) => points.length > 0);
  const table = useMemo(() => tableOf(drawn), [JSON.stringify(drawn)]);
  if (drawn.length === 0) return null;
  return (
    <figure class="card curves">
      <figcaption>
        <h3>{title}</h3>
      </figcaption>
      <Plot key={drawn.map(({ name }) => name).join("\n")} metric={metric} title={title} table={table} />
      <details>
        <summary>As a table</summary>
        <Scrolling name={`${title} as a table`} look="tall">
          <table>
            <thead>
              <tr>
                <th class="num">Epoch</th>
                {table.names.map((name) => (
                  <th key={name} class="num">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.epochs.map((epoch, i) => (
                <tr key={epoch}>
                  <th class="num" scope="row">
                    {Number(epoch.toFixed(3))}
                  </th>
                  {table.values.map((values, k) => (
                    <td key={table.names[k]} class="num">
                      {metricText(metric, values[i])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      </details>
    </figure>
  );
}

/** All curves over the same epochs. */
interface CurveTable {
  readonly names: readonly string[];
  readonly epochs: readonly number[];
  /** By curve; null and undefined where it has nothing. */
  readonly values: readonly (readonly (Value | undefined)[])[];
}

function tableOf(curves: readonly Curve[]): CurveTable {
  const epochs = [...new Set(curves.flatMap(({ points }) => points.map(([epoch]) => epoch)))].sort(
    (a, b) => a - b,
  );
  const values = curves.map(({ points }) => {
    const byEpoch = new Map(points);
    return epochs.map((epoch) => byEpoch.get(epoch));
  });
  return { names: curves.map(({ name }) => name), epochs, values };
}

interface PlotProps {
  readonly title: string;
  readonly metric: string;
  readonly table: CurveTable;
}

function Plot({ title, metric, table }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const dark = useDark();
  const data = [table.epochs, ...table.values] as unknown as UPlot.AlignedData;
  useEffect(() => {
    const element = place.current!;
    const made = new UPlot(optionsOf(element, metric, table), data, element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [dark]);
  useEffect(() => plot.current?.setData(data), [table]);
  const last = table.names.map(
    (name, i) =>
      `${name} ${metricText(
        metric,
        table.values[i]!.findLast((v) => v !== undefined),
      )}`,
  );
  return <div ref={place} role="img" aria-label={`${title} over the epochs, now: ${last.join(", ")}`} />;
}

function optionsOf(
  element: HTMLElement,
  metric: string,
  { names, epochs }: Pick<CurveTable, "names" | "epochs">,
): UPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const text = (value: number | null | undefined): string => metricText(metric, value ?? undefined);
  const axis: UPlot.Axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: `11.5px ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      { ...axis, incrs: epochs.every(Number.isInteger) ? STEPS : [...FINE_STEPS, ...STEPS] },
      {
        ...axis,
        size: 58,
        values: (_, ticks) =>
          ticks.map((tick) =>
            isShare(metric) ? `${+(tick * 100).toFixed(2)} %` : String(+tick.toPrecision(6)),
          ),
      },
    ],
    series: [
      { label: "epoch" },
      ...names.map((label, i) => ({
        label,
        stroke: colour(COLOURS[i % COLOURS.length]!),
        width: 2,
        dash: DASHES[Math.floor(i / COLOURS.length) % DASHES.length]!,
        spanGaps: true,
        value: (_: UPlot, value: number | null) => text(value),
      })),
    ],
  };
}
