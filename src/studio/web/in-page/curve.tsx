// The curves of a training as it goes on: losses on the left scale, accuracy on the right one.
import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import { percent, plainNumber } from "../../../report/html.ts";
import { useDark } from "../parts/use-dark.ts";
import "uplot/dist/uPlot.min.css";

/** Values at a moment of the training; null: not known there. */
export interface Point {
  /** Epochs that were done. */
  readonly epochs: number;
  readonly loss: number | null;
  readonly valLoss: number | null;
  readonly accuracy: number | null;
}

const HEIGHT = 260;

/** Of its container's width. */
export function Curve({ points }: { readonly points: readonly Point[] }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const dark = useDark();
  useEffect(() => {
    const element = place.current!;
    const drawn = new UPlot(optionsFor(element), [[], [], [], []], element);
    plot.current = drawn;
    const fit = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    fit.observe(element);
    return () => {
      fit.disconnect();
      drawn.destroy();
    };
  }, [dark]);
  useEffect(() => {
    const column = (key: keyof Point): (number | null)[] => points.map((point) => point[key]);
    plot.current?.setData([
      column("epochs") as number[],
      column("loss"),
      column("valLoss"),
      column("accuracy"),
    ]);
  }, [points, dark]);
  return (
    <div ref={place} class="curve" role="img" aria-label="Losses and validation accuracy over the epochs" />
  );
}

function optionsFor(element: HTMLElement): UPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: color("muted"), grid: { stroke: color("line"), width: 1 }, ticks: { show: false } };
  const line = (label: string, stroke: string, dash: number[], scale: string): UPlot.Series => ({
    ...{ label, stroke, dash, scale, width: 2, spanGaps: true },
    value: (_, value: number | null) => (scale === "share" ? percent(value) : plainNumber(value)),
  });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false }, share: { range: [0, 1] } },
    axes: [
      { ...axis, label: "epochs", labelSize: 18 },
      { ...axis, label: "loss", labelSize: 18 },
      {
        ...axis,
        scale: "share",
        side: 1,
        grid: { show: false },
        values: (_, values) => values.map((value) => percent(value, 0)),
      },
    ],
    series: [
      { label: "epochs", value: (_, value: number | null) => plainNumber(value) },
      line("training loss", color("right"), [], "y"),
      line("validation loss", color("wrong"), [7, 3], "y"),
      line("validation accuracy", color("third"), [2, 3], "share"),
    ],
  };
}
