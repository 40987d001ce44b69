// The curves of a training as SVG: losses on the left scale, accuracy from 0 to 1 on the right.

/** The values of one epoch. */
export interface EpochValues {
  readonly trainLoss: number;
  readonly valLoss: number | undefined;
  readonly accuracy: number | undefined;
}

const [LEFT, RIGHT, TOP, BOTTOM] = [44, 596, 12, 190];

/** The inside of the drawing, 640 x 220. */
export function drawCurve(epochs: readonly EpochValues[]): string {
  const losses = epochs.flatMap(({ trainLoss, valLoss }) => [trainLoss, valLoss ?? trainLoss]);
  const most = niceAbove(Math.max(0.1, ...losses.filter(Number.isFinite)));
  const x = (epoch: number): number => LEFT + ((RIGHT - LEFT) * epoch) / Math.max(1, epochs.length - 1);
  const y = (share: number): number => BOTTOM - (BOTTOM - TOP) * share;
  const line = (kind: string, share: (one: EpochValues) => number | undefined): string => {
    const points = epochs.flatMap((one, i) => {
      const value = share(one);
      return value === undefined || !Number.isFinite(value)
        ? []
        : [`${x(i).toFixed(1)},${y(value).toFixed(1)}`];
    });
    const [only] = points.length === 1 ? points[0]!.split(",") : [];
    if (only !== undefined)
      return `<circle class="${kind}" cx="${only}" cy="${points[0]!.split(",")[1]}" r="3"/>`;
    return `<polyline class="${kind}" points="${points.join(" ")}"/>`;
  };
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${LEFT}" x2="${RIGHT}" y1="${y(share)}" y2="${y(share)}"/>` +
      `<text x="${LEFT - 6}" y="${y(share) + 4}" text-anchor="end">${(most * share).toFixed(2)}</text>` +
      `<text x="${RIGHT + 6}" y="${y(share) + 4}">${100 * share} %</text>`,
  );
  const ends = `<text x="${LEFT}" y="212">epoch 1</text><text x="${RIGHT}" y="212" text-anchor="end">${epochs.length}</text>`;
  return [
    ...grid,
    ends,
    line("train", ({ trainLoss }) => trainLoss / most),
    line("val", ({ valLoss }) => (valLoss === undefined ? undefined : valLoss / most)),
    line("acc", ({ accuracy }) => accuracy),
  ].join("");
}

function niceAbove(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 6, 8, 10].map((factor) => factor * step).find((candidate) => candidate >= value)!;
}
