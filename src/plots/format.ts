// Numbers as people read them in pictures.

/** A count: `1,234`, and from 10,000 on with three digits, `12.3k`, `4.56M`. */
export function formatCount(count: number): string {
  if (count >= 999_500) return `${Number((count / 1e6).toPrecision(3))}M`;
  if (count >= 10_000) return `${Number((count / 1e3).toPrecision(3))}k`;
  return Number.isInteger(count) ? count.toLocaleString("en-US") : `${Number(count.toPrecision(3))}`;
}

/** A share of 0 to 1 as per cent: `93.2 %`, `100 %`; never rounded up to 100 or down to 0. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "n/a";
  if (share > 0 && share < 0.001) return "<0.1 %";
  if (share < 1 && share > 0.999) return ">99.9 %";
  return `${Number((share * 100).toFixed(1))} %`;
}
