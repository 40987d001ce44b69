// A studio in this process over pictures that a test has written, and a browser that watches what its pages do.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { allComponents } from "../../src/app/index.ts";
import { overrideWord, Studio, type StudioOptions } from "../../src/studio/index.ts";

/** The token of every studio of the tests. */
export const TOKEN = "the-token-of-the-tests";

/** Opens a folder of pictures, or runs alone; `stop` it at the end. */
export function openStudio(
  root: string | undefined,
  runs: string,
  options: Partial<StudioOptions> = {},
): Promise<Studio> {
  const asText = { control: { kind: "text" }, isNullable: false } as const;
  return Studio.start({
    configuration: root === undefined ? undefined : { overrides: [overrideWord("data.root", root, asText)] },
    registry: allComponents(),
    imports: [],
    runs,
    readOnly: false,
    host: "127.0.0.1",
    port: 0,
    token: TOKEN,
    note: () => undefined,
    ...options,
  });
}

/** What a browser that was let in sends. */
export function cookieOf(studio: Studio): string {
  return `classifier-training-studio-${new URL(studio.url).port}=${TOKEN}`;
}

/** How a page is looked at. */
export interface View {
  /** In CSS pixels; default 1600. */
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

/** Lets a new browser in. @param complaints takes errors of the page, and what it asks of anybody but the studio */
export async function enter(
  browser: Browser,
  studio: Studio,
  complaints: string[],
  { width = 1600, colorScheme = "light" }: View = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const { origin } = new URL(studio.url);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (asked.origin !== origin && !["blob:", "data:"].includes(asked.protocol))
      complaints.push(request.url());
  });
  await page.goto(studio.url);
  await page.waitForURL((url) => url.pathname !== "/open");
  return page;
}

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);

/** What axe finds serious or worse, and by how much the page is wider than its window. */
export async function flawsOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, "utf8"));
  const violations: { id: string; impact: string; nodes: { html: string }[] }[] = await page.evaluate(
    "axe.run().then(({ violations }) => violations)",
  );
  const excess: number = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  return [
    ...violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
    ...(excess > 0 ? [`${excess} pixels too wide`] : []),
  ];
}
