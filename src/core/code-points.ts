// The order of class and file names: by Unicode code point, as Python sorts strings.

/**
 * Compares two strings by code point. JavaScript's own order differs where a character beyond U+FFFF meets one
 * of U+E000 to U+FFFF, because it compares UTF-16 code units.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const p = a.charCodeAt(i);
    const q = b.charCodeAt(i);
    if (p !== q) return surrogatesLast(p) - surrogatesLast(q);
  }
  return a.length - b.length;
}

/** Moves the surrogates behind the rest of the basic plane, where the characters they stand for belong. */
function surrogatesLast(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
