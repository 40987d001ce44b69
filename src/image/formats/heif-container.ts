// What lies in a HEIF container: AVIF, HEIC, or neither; and the still picture of one that is a sequence.

/** How the pictures of a container are coded, as far as its brands tell. */
export type HeifContent = "avif" | "heic" | "other";

const AVIF_BRANDS: readonly string[] = ["avif", "avis"];
const HEIC_BRANDS: readonly string[] = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"];

/** Containers by the brand they begin with; the last two say nothing of the coding. */
export const HEIF_BRANDS: ReadonlySet<string> = new Set([...AVIF_BRANDS, ...HEIC_BRANDS, "mif1", "msf1"]);

const [MAJOR, COMPATIBLE] = [8, 16];

const fourLetters = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + 4));

/** By the brands, the one that it begins with first. */
export function heifContent(bytes: Uint8Array): HeifContent {
  const end = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length);
  const brands = [fourLetters(bytes, MAJOR)];
  for (let at = COMPATIBLE; at + 4 <= end; at += 4) brands.push(fourLetters(bytes, at));
  const telling = brands.find((brand) => AVIF_BRANDS.includes(brand) || HEIC_BRANDS.includes(brand));
  if (telling === undefined) return "other";
  return AVIF_BRANDS.includes(telling) ? "avif" : "heic";
}

/**
 * An AVIF that begins as a sequence, as the still picture that it also holds: as a rule its first frame.
 * @returns undefined where it holds none
 */
export function asStillAvif(bytes: Uint8Array): Uint8Array | undefined {
  if (fourLetters(bytes, MAJOR) !== "avis") return bytes;
  if (!hasBox(bytes, "meta")) return undefined;
  const still = Uint8Array.from(bytes);
  still.set(new TextEncoder().encode("avif"), MAJOR);
  return still;
}

/** Whether a box of that kind lies at the top. */
function hasBox(bytes: Uint8Array, kind: string): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 16 <= bytes.length; ) {
    if (fourLetters(bytes, at + 4) === kind) return true;
    const short = view.getUint32(at);
    const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short;
    if (length < 8) return false;
    at += length;
  }
  return false;
}
