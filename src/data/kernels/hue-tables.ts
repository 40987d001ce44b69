// Pillow's 8-bit HSV (src/libImaging/Convert.c) as tables: its rounding is part of every result.

/** Entries of the hue table for one order of the channels. */
export const ORDER_SIZE = 0x10000;

/** The orders of the channels, greatest first. */
const ORDERS = ["rgb", "rbg", "grb", "gbr", "brg", "bgr"] as const;

/** Where the greatest, the middle and the least channel go in each sixth of the circle. */
const PLACES = [
  [0, 1, 2],
  [1, 0, 2],
  [1, 2, 0],
  [2, 1, 0],
  [2, 0, 1],
  [0, 2, 1],
] as const;

export interface HueTables {
  /** Hue by order of the channels, then spread (greatest - least), then greatest - middle. */
  readonly hue: Uint8Array;
  /** Saturation by spread, then greatest. */
  readonly saturation: Uint8Array;
  /** The least channel by saturation, then greatest. */
  readonly least: Uint8Array;
  /** What the greatest channel times this is, rounded, is the middle one; by saturation, then hue. */
  readonly middle: Float64Array;
  /** By hue, four bytes each: where the greatest, the middle and the least channel go. */
  readonly places: Uint8Array;
}

let tables: HueTables | undefined;

export function hueTables(): HueTables {
  tables ??= computeTables();
  return tables;
}

const { fround } = Math;

function computeTables(): HueTables {
  const hue = new Uint8Array(ORDERS.length * ORDER_SIZE);
  const saturation = new Uint8Array(0x10000);
  const least = new Uint8Array(0x10000);
  const middle = new Float64Array(0x10000);
  const places = new Uint8Array(0x400);
  for (let spread = 1; spread < 256; spread++) {
    for (let greatest = spread; greatest < 256; greatest++) {
      saturation[spread * 256 + greatest] = Math.trunc(fround(spread / greatest) * 255);
    }
    for (let gap = 0; gap <= spread; gap++) {
      for (const [index, order] of ORDERS.entries()) {
        hue[index * ORDER_SIZE + spread * 256 + gap] = hueOf(order, fround(gap / spread));
      }
    }
  }
  for (let h = 0; h < 256; h++) {
    const position = (h * 6) / 255;
    const sector = Math.floor(position);
    const fraction = fround(position - sector);
    places.set(PLACES[sector % 6]!, h * 4);
    for (let s = 0; s < 256; s++) {
      const strength = fround(s / 255);
      middle[s * 256 + h] =
        sector % 2 === 0 ? 1 - strength * (1 - fraction) : 1 - fround(strength * fraction);
    }
  }
  for (let s = 0; s < 256; s++) {
    for (let greatest = 0; greatest < 256; greatest++) {
      least[s * 256 + greatest] = Math.floor(greatest * (1 - fround(s / 255)) + 0.5);
    }
  }
  return { hue, saturation, least, middle, places };
}

/** `distance` is (greatest - middle) / spread in float32; the greatest channel's is 0, the least one's 1. */
function hueOf(order: (typeof ORDERS)[number], distance: number): number {
  const [r, g, b] = ["r", "g", "b"].map((channel) => [0, distance, 1][order.indexOf(channel)]!) as [
    number,
    number,
    number,
  ];
  const sector = fround(order[0] === "r" ? b - g : order[0] === "g" ? 2 + r - b : 4 + g - r);
  const turns = sector / 6 + 1;
  return Math.trunc(fround(turns - Math.trunc(turns)) * 255);
}
