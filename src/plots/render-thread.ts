// The thread that turns SVG documents into PNG files: seconds of computing that would hold up whatever else goes on.
import { createRequire } from "node:module";
import { parentPort } from "node:worker_threads";

export interface RenderRequest {
  readonly number: number;
  readonly svg: string;
  /** Device pixels per CSS pixel. */
  readonly scale: number;
}

export type RenderAnswer =
  | { readonly number: number; readonly png: Uint8Array }
  | { readonly number: number; readonly error: string };

/** Scripts that the bundled font lacks (Indic, Thai, CJK and the like): machine fonts are looked up for them alone. */
const BEYOND_BUNDLED_FONT = /[\u0900-\u109f\u1780-\u17ff\u2e80-\ud7ff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;

const { Resvg } = await import("@resvg/resvg-js");
const require = createRequire(import.meta.url);
const FONT_FILES = ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
);

function render({ svg, scale }: RenderRequest): Uint8Array {
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: {
      fontFiles: FONT_FILES,
      loadSystemFonts: BEYOND_BUNDLED_FONT.test(svg),
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
    },
  });
  return new Uint8Array(picture.render().asPng());
}

const port = parentPort!;
port.on("message", (request: RenderRequest) => {
  const { number } = request;
  try {
    const png = render(request);
    port.postMessage({ number, png } satisfies RenderAnswer, [png.buffer as ArrayBuffer]);
  } catch (error) {
    port.postMessage({ number, error: String(error) } satisfies RenderAnswer);
  }
});
