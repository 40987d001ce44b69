// Where a picture comes from: a file, a part of an archive, bytes or pixels in memory.
import type { Image } from "./image.ts";

/** Grey: one byte a pixel; rgb: three; planar: all red bytes of a picture, then green, then blue. */
export type PixelLayout = "grey" | "rgb" | "planar";

/** Where one picture's bytes or pixels come from. Plain data, so that it can be sent to a worker thread. */
export type ImageSource =
  /** A file with one picture. */
  | { readonly kind: "file"; readonly path: string }
  /** A picture's encoded bytes in memory. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** A file that a page was given; `modified` in milliseconds since 1970. */
  | { readonly kind: "blob"; readonly path: string; readonly modified: number; readonly blob: Blob }
  /** A part of a file: a picture in a tar archive. */
  | { readonly kind: "slice"; readonly path: string; readonly offset: number; readonly length: number }
  /** An entry of a zip archive, by the offset of its header. */
  | {
      readonly kind: "zip";
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      readonly unpackedLength: number;
      readonly deflated: boolean;
    }
  /** Pixels as arrays hold them. */
  | {
      readonly kind: "pixels";
      readonly width: number;
      readonly height: number;
      readonly layout: PixelLayout;
      readonly data: Uint8Array;
    }
  /** A decoded picture in memory. */
  | { readonly kind: "image"; readonly image: Image };
