// The studio's queue of doubtful labels in Chromium, by keys alone: decided, undone, and still decided after a restart.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Studio } from "../../src/studio/index.ts";
import { CHROMIUM, launchChromium } from "../browser/chromium.ts";
import { writeColourPictures } from "../e2e/command.ts";
import { enter, flawsOf, openStudio } from "./opened.ts";

describe.skipIf(CHROMIUM === undefined)("the queue of labels", () => {
  let folder: string;
  let browser: Browser;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "studio-labels-"));
    await writeColourPictures(join(folder, "photos"), { train: 2, val: 4 });
    await writePredictions();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  /** A run that takes the first picture of each colour for the next colour, less and less surely. */
  async function writePredictions(): Promise<void> {
    const run = join(folder, "runs/one");
    await mkdir(join(run, ".hydra"), { recursive: true });
    await writeFile(join(run, ".hydra/config.yaml"), `data: {root: ${join(folder, "photos")}}\n`);
    const colours = ["blue", "green", "red"];
    const rows = colours.flatMap((colour, c) =>
      [0, 1, 2, 3].map((i) => {
        const own = i === 0 ? 0.02 + c / 50 : 0.9;
        const ps = colours.map((_, k) => (k === c ? own : k === (c + 1) % 3 ? 0.96 - own : 0.04));
        return ["val", i, join(folder, "photos/val", colour, `${i}.jpg`), colour, colour, 1, 1, ...ps];
      }),
    );
    const header = ["split", "index", "name", "true", "predicted", "confidence", "loss"];
    const table = [[...header, ...colours.map((colour) => `p_${colour}`)], ...rows];
    await writeFile(join(run, "predictions.csv"), table.map((row) => row.join()).join("\n"));
  }

  const startStudio = (): Promise<Studio> => openStudio(join(folder, "photos"), join(folder, "runs"));

  async function openLabels(studio: Studio, width: number): Promise<Page> {
    const page = await enter(browser, studio, problems, { width });
    await page.getByRole("link", { name: "Labels" }).click();
    return page;
  }

  const shows = (page: Page, text: string): Promise<void> => page.getByText(text).first().waitFor();
  const written = (): Promise<string> => readFile(join(folder, "photos.studio/labels.jsonl"), "utf8");

  test("decides by keys, undoes, and asks nothing again after a restart", async () => {
    {
      await using studio = await startStudio();
      const page = await openLabels(studio, 1600);
      await shows(page, "1 of 3");
      await page.keyboard.press("2");
      await shows(page, "2 of 3");
      await page.keyboard.press("Enter");
      await shows(page, "3 of 3");
      await page.keyboard.press("u");
      await shows(page, "2 of 3");
      await page.keyboard.press("ArrowLeft");
      await shows(page, "1 of 3");
      await shows(page, "blue → green");
      expect(await written()).toBe('{"name":"val/blue/0.jpg","from":"blue","to":"green"}\n');
      await page.context().close();
    }
    await using studio = await startStudio();
    const page = await openLabels(studio, 400);
    await shows(page, "2 of 3");
    await page.keyboard.press("y");
    await shows(page, "3 of 3");
    await page.keyboard.press(" ");
    await shows(page, "all decided");
    expect((await written()).split("\n").slice(1)).toEqual([
      '{"name":"val/green/0.jpg","from":"green","to":"red"}',
      '{"name":"val/red/0.jpg","from":"red","to":"red"}',
      "",
    ]);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    expect(await flawsOf(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
