// SVG to PNG without a browser, with a font of our own choice.
import { createRequire } from "node:module";

/** Scripts that the bundled font lacks (Indic, Thai, CJK and the like): machine fonts are looked up for them alone. */
const BEYOND_BUNDLED_FONT = /[\u0900-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;

/** A drawing and how finely it is rendered. */
export interface SvgToRender {
  readonly svg: string;
  /** Device pixels per CSS pixel. */
  readonly scale: number;
}

/** A PNG file. Text is set in DejaVu Sans, which comes with the package. */
export async function svgToPng({ svg, scale }: SvgToRender): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const require = createRequire(import.meta.url);
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontFiles: ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
        require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
      ),
      loadSystemFonts: BEYOND_BUNDLED_FONT.test(svg),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return new Uint8Array(picture.render().asPng());
}
