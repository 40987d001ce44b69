// The studio over 100,000 pictures in Chromium: how soon they are seen, how long a script holds the page while they are scrolled,
// and what memory the server takes.
//
//     npm run bench:studio [-- pictures]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { link, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/core/index.ts";
import { encodeJpeg } from "../../src/image/index.ts";
import { launchChromium } from "../../test/browser/chromium.ts";

const [CLASSES, DISTINCT, SIDE] = [20, 300, 160];
/** Wheel turns, and pixels of each: the whole way down in great leaps, then a part of it in small ones. */
const SCROLLS: readonly (readonly [turns: number, pixels: number])[] = [
  [60, 25_000],
  [200, 300],
];
/** What makes a page run script, and waits for its end. */
const SCRIPTS: ReadonlySet<string> = new Set([
  ...["FunctionCall", "EvaluateScript", "EventDispatch", "TimerFire"],
  ...["FireAnimationFrame", "RunMicrotasks", "v8.callFunction"],
]);

const COMMAND = fileURLToPath(new URL("../../bin/classifier-training.js", import.meta.url));

const pictures = Number(process.argv[2] ?? 100_000);
const folder = await mkdtemp(join(tmpdir(), "studio-gallery-"));
try {
  await writePictures(join(folder, "photos"), pictures);
  const began = performance.now();
  const child = spawn(process.execPath, [COMMAND, "studio", "photos", "--no-open", "--read-only"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const start = performance.now() - began;
  try {
    const seen = await look(line.toString().trim());
    const peak = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, "utf8"))?.[1];
    const result = {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model.trim(),
      // Programs that wanted a processor meanwhile: more than there are make all but the script's own time longer.
      processors: cpus().length,
      load: Number(loadavg()[0]!.toFixed(1)),
      pictures,
      start_s: Number((start / 1000).toFixed(2)),
      ...seen,
      server_peak_mb: Math.round(Number(peak) / 1024),
    };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } finally {
    child.kill();
    await once(child, "exit");
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A few hundred drawings; all the others are further names of these. */
async function writePictures(root: string, count: number): Promise<void> {
  const firsts: string[] = [];
  for (let c = 0; c < CLASSES; c++) await mkdir(join(root, `class-${c}`), { recursive: true });
  for (let i = 0; i < count; i++) {
    const path = join(root, `class-${i % CLASSES}`, `picture-${i}.jpg`);
    if (i >= DISTINCT) {
      await link(firsts[i % DISTINCT]!, path);
      continue;
    }
    const random = new RandomStream(i, "gallery");
    const [red, green, blue] = [random.integer(256), random.integer(256), random.integer(256)];
    const data = new Uint8Array(SIDE * SIDE * 3).map((_, k) => {
      const base = [red, green, blue][k % 3]!;
      return Math.min(255, base * 0.7 + ((k / 3) % SIDE) * 0.4 + random.integer(20));
    });
    await writeFile(path, await encodeJpeg({ width: SIDE, height: SIDE, data }, 85));
    firsts.push(path);
  }
}

/** Milliseconds from the address to the first thumbnail, and the longest that the page's script took while it scrolled. */
async function look(url: string): Promise<object> {
  await using browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.goto(url);
  await page.waitForURL((address) => address.pathname !== "/open");
  const began = performance.now();
  await page.goto(new URL("/data", url).href);
  await page.locator(".gallery img").first().waitFor();
  // The page's policy refuses what Playwright's own waiting would evaluate there.
  await page.evaluate(`new Promise((seen) => {
    const look = () =>
      [...document.querySelectorAll(".gallery img")].some((image) => image.naturalWidth > 0)
        ? seen()
        : requestAnimationFrame(look);
    look();
  })`);
  const first = performance.now() - began;
  await page.evaluate(`
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    }).observe({ type: "longtask" });
  `);
  await browser.startTracing(page, { categories: ["devtools.timeline"] });
  await page.locator(".gallery").hover();
  for (const [turns, pixels] of SCROLLS)
    for (let i = 0; i < turns; i++) {
      await page.mouse.wheel(0, i % 2 === 0 || pixels > 1000 ? pixels : -pixels / 2);
      await page.waitForTimeout(16);
    }
  await page.waitForTimeout(1000);
  const longest = (await page.evaluate("longest")) as number;
  return {
    first_paint_ms: Math.round(first),
    longest_script_ms: longestScript(await browser.stopTracing()),
    // Waits for a processor that others use, layout and painting included; what takes 50 ms or less is not told.
    longest_task_ms: longest === 0 ? "at most 50" : Math.round(longest),
  };
}

/** Milliseconds of a processor that the longest run of script took. */
function longestScript(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as {
    readonly traceEvents: readonly { readonly name: string; readonly tdur?: number }[];
  };
  const took = traceEvents.flatMap(({ name, tdur }) =>
    SCRIPTS.has(name) && tdur !== undefined ? [tdur] : [],
  );
  if (took.length === 0) throw new Error("the trace tells of no script");
  return Number((took.reduce((most, each) => Math.max(most, each), 0) / 1000).toFixed(1));
}
