// Rendering pictures to PNG without a browser, with a font of our own choice.
import { createRequire } from "node:module";
import type { Picture } from "./svg.ts";

/** Scripts that the bundled font lacks (Indic, Thai, CJK and the like): machine fonts are looked up for them alone. */
const BEYOND_BUNDLED_FONT = /[\u0900-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;

export interface RenderPngOptions {
  /** Device pixels per CSS pixel (default 2). */
  readonly scale?: number | undefined;
}

/**
 * The picture as a PNG file. Text is set in DejaVu Sans, which comes with the package: the same pixels on machines
 * with and without fonts.
 */
export async function renderPng(picture: Picture, { scale = 2 }: RenderPngOptions = {}): Promise<Uint8Array> {
  const { renderAsync } = await import("@resvg/resvg-js");
  const require = createRequire(import.meta.url);
  const image = await renderAsync(picture.svg, {
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontFiles: ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
        require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
      ),
      loadSystemFonts: BEYOND_BUNDLED_FONT.test(picture.svg),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return image.asPng();
}
