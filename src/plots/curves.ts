// Curves over epochs or steps: losses, accuracies, learning rates.
import { CATEGORICAL } from "./colors.ts";
import { FONT_FAMILY, MUTED_COLOR, type Picture, TEXT_COLOR } from "./svg.ts";

/** One line of a chart, by the name that the legend has. */
export interface Curve {
  readonly name: string;
  /** (x, y) in rising x; a y that is not finite leaves a gap. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The curves of one chart and how its axes are marked; both are linear by default. */
export interface CurvesOptions {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Default `epoch`. */
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** Show y, a share of 0 to 1, in per cent. */
  readonly percent?: boolean | undefined;
  /** A logarithmic y axis, for values above 0. */
  readonly logarithmic?: boolean | undefined;
  /** A logarithmic x axis, for values above 0. */
  readonly logarithmicX?: boolean | undefined;
}

const WIDTH = 900;
const HEIGHT = 520;
const SYMBOLS = ["circle", "triangle", "rect", "diamond"];
const DASHES = ["solid", "dashed", "dotted"] as const;

/** Above this many points a curve is drawn without a mark at each. */
const MOST_MARKS = 60;

/** Line chart of some curves, told apart by colour, dash and mark, each named at its end. */
export async function drawCurves(options: CurvesOptions): Promise<Picture> {
  const {
    title,
    curves,
    xLabel = "epoch",
    yLabel = "",
    percent = false,
    logarithmic = false,
    logarithmicX = false,
  } = options;
  const { init } = await import("echarts/dist/echarts.esm.min");
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    const axis = {
      nameLocation: "middle",
      nameTextStyle: { color: MUTED_COLOR, fontSize: 13 },
      axisLabel: { color: TEXT_COLOR, fontSize: 12 },
      axisLine: { show: true, lineStyle: { color: MUTED_COLOR } },
    } as const;
    chart.setOption({
      animation: false,
      color: [...CATEGORICAL],
      backgroundColor: "#ffffff",
      textStyle: { fontFamily: FONT_FAMILY, color: TEXT_COLOR },
      title: {
        text: title,
        left: 18,
        top: 14,
        textStyle: { fontSize: 17, fontWeight: "bold", color: TEXT_COLOR },
      },
      legend: {
        right: 24,
        top: 16,
        itemWidth: 36,
        itemGap: 18,
        textStyle: { fontSize: 13, color: TEXT_COLOR },
      },
      grid: { left: 78, right: 32, top: 66, bottom: 58 },
      xAxis: {
        ...axis,
        ...(logarithmicX
          ? { type: "log", axisLabel: { ...axis.axisLabel, formatter: numberLabel } }
          : { type: "value", min: "dataMin", max: "dataMax", ...(counts(curves) ? { minInterval: 1 } : {}) }),
        name: xLabel,
        nameGap: 32,
        splitLine: { show: false },
      },
      yAxis: {
        ...axis,
        type: logarithmic ? "log" : "value",
        name: yLabel,
        nameGap: 52,
        scale: true,
        splitLine: { lineStyle: { color: "#e4e7eb" } },
        axisLabel: {
          ...axis.axisLabel,
          formatter: percent ? percentLabel : numberLabel,
        },
      },
      series: curves.map(({ name, points }, i) => ({
        name,
        type: "line",
        data: points.map(([x, y]) => [x, Number.isFinite(y) ? y : null]),
        symbol: SYMBOLS[i % SYMBOLS.length],
        symbolSize: 7,
        showSymbol: points.length <= MOST_MARKS,
        lineStyle: { width: 2, type: DASHES[i % DASHES.length] },
      })),
    });
    return { svg: chart.renderToSVGString(), width: WIDTH, height: HEIGHT };
  } finally {
    chart.dispose();
  }
}

/** Whether x counts something. */
function counts(curves: readonly Curve[]): boolean {
  return curves.every(({ points }) => points.every(([x]) => Number.isInteger(x)));
}

function percentLabel(value: number): string {
  return `${Number((value * 100).toPrecision(4))}%`;
}

function numberLabel(value: number): string {
  const rounded = Number(value.toPrecision(4));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : `${rounded}`;
}
