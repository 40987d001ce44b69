// Takes the documentation's screenshots: `npm run docs:screenshots -- [QUICKSTART]`, where QUICKSTART is the folder of a
// finished quickstart; without it one is run first. Needs Chromium, whose path CHROMIUM may name.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const IMAGES = join(import.meta.dirname, "../images");
const CLI = join(import.meta.dirname, "../../bin/classifier-training.js");
/** Width of the page and height of the picture, in CSS pixels. */
const VIEWS = { wide: [1280, 1200], narrow: [420, 1000] } as const;
/** Narrower windows Chromium does not open: there the page lies in a frame. */
const NARROWEST_WINDOW = 500;
const COLOURS = 128;

const temporary = mkdtempSync(join(tmpdir(), "screenshots-"));
try {
  const folder = resolve(process.argv[2] ?? quickstart());
  await shoot(join(newest(join(folder, "run")), "report.html"), "report");
  const page = join(temporary, "data-report.html");
  cli(folder, "data", "report", "data.root=jersey-numbers", "data.image_size=64", "-o", page);
  await shoot(page, "data-report", ["wide"]);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function cli(folder: string, ...words: readonly string[]): void {
  execFileSync(process.execPath, [CLI, ...words], { cwd: folder, stdio: "inherit" });
}

function quickstart(): string {
  cli(temporary, "quickstart");
  return join(temporary, "quickstart");
}

function newest(folder: string): string {
  const runs = readdirSync(folder).map((name) => join(folder, name));
  const [last] = runs.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  if (last === undefined) throw new Error(`${folder} holds no run`);
  return last;
}

/** Writes `NAME-wide.png` and `NAME-narrow.png`: the page's top, in few colours. */
async function shoot(
  page: string,
  name: string,
  views: readonly (keyof typeof VIEWS)[] = ["wide", "narrow"],
): Promise<void> {
  const { default: sharp } = await import("sharp");
  for (const view of views) {
    const [width, height] = VIEWS[view];
    const raw = join(temporary, `${name}.png`);
    const address = width < NARROWEST_WINDOW ? framed(page, width, height) : page;
    execFileSync(
      CHROMIUM,
      [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--allow-file-access-from-files",
        "--virtual-time-budget=4000",
        `--window-size=${Math.max(width, NARROWEST_WINDOW)},${height}`,
        `--screenshot=${raw}`,
        pathToFileURL(address).href,
      ],
      { stdio: "ignore" },
    );
    await sharp(raw)
      .extract({ left: 0, top: 0, width, height })
      .png({ palette: true, colours: COLOURS, compressionLevel: 9, effort: 10 })
      .toFile(join(IMAGES, `${name}-${view}.png`));
  }
}

function framed(page: string, width: number, height: number): string {
  const path = join(temporary, "frame.html");
  const style = `display:block;border:0;width:${width}px;height:${height}px`;
  writeFileSync(path, `<body style="margin:0"><iframe src="${pathToFileURL(page).href}" style="${style}">`);
  return path;
}
