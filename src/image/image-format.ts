// Tells a picture's format from its first bytes, and refuses formats that carry code or need a renderer.

import { HEIF_BRANDS, heifContent } from "./formats/heif-container.ts";

/** The formats that are decoded. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "tiff" | "avif" | "heic" | "bmp" | "pnm";

/** What the first bytes say. */
export type SniffedFormat =
  | { readonly kind: "picture"; readonly format: ImageFormat }
  | { readonly kind: "refused"; readonly format: string }
  | { readonly kind: "unknown" };

/** Of either byte order, with offsets of 32 or of 64 bits. */
const TIFF_SIGNATURES: ReadonlySet<string> = new Set(["II*\0", "MM\0*", "II+\0", "MM\0+"]);

/** Recognises a format by its signature; file names are never trusted. */
export function sniffFormat(bytes: Uint8Array): SniffedFormat {
  const ascii = (start: number, end: number): string => String.fromCharCode(...bytes.subarray(start, end));
  const picture = (format: ImageFormat): SniffedFormat => ({ kind: "picture", format });
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return picture("jpeg");
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return picture("png");
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return picture("webp");
  if (ascii(0, 4) === "GIF8") return picture("gif");
  if (TIFF_SIGNATURES.has(ascii(0, 4))) return picture("tiff");
  if (ascii(4, 8) === "ftyp" && HEIF_BRANDS.has(ascii(8, 12))) {
    const content = heifContent(bytes);
    return content === "other" ? { kind: "refused", format: "HEIF of an unknown coding" } : picture(content);
  }
  if (ascii(0, 2) === "BM") return picture("bmp");
  if (/^P[1-6][\s#]/.test(ascii(0, 3))) return picture("pnm");
  const head = ascii(0, 1024).trimStart().toLowerCase();
  if (head.startsWith("%pdf")) return { kind: "refused", format: "PDF" };
  if (head.startsWith("%!ps")) return { kind: "refused", format: "PostScript" };
  if (head.includes("<svg")) return { kind: "refused", format: "SVG" };
  if (head.startsWith("<")) return { kind: "refused", format: "markup (XML or HTML)" };
  return { kind: "unknown" };
}

/** Whether a PNG is grey without alpha at 16 bits a sample, by its header chunk. */
export function isGrey16Png(bytes: Uint8Array): boolean {
  return bytes[24] === 16 && bytes[25] === 0;
}
