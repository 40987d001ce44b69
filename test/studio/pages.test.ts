// A data set's way through the studio in Chromium: what is wrong is found and mended, a training is started, stopped and gone on
// with, a study is looked at, two runs are compared, and the model is tried.
import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Studio } from "../../src/studio/index.ts";
import type { RunRow, StudyRow } from "../../src/studio/runs/api.ts";
import { CHROMIUM, launchChromium } from "../browser/chromium.ts";
import {
  QUICK,
  removeFolder,
  run,
  TINY_NETWORK,
  temporaryFolder,
  writeColourPictures,
} from "../e2e/command.ts";
import { cookieOf, enter, flawsOf, openStudio } from "./opened.ts";

/** A shipped network: what `--import` brings is registered in processes alone. */
const SETTINGS = [
  ...QUICK.filter((word) => !word.startsWith("--") && word !== TINY_NETWORK && word !== "model=tiny"),
  "model=shufflenet_v2_x0_5",
];

describe.skipIf(CHROMIUM === undefined)("the studio", () => {
  let folder: string;
  let studio: Studio;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const photos = (...path: readonly string[]): string => join(folder, "photos", ...path);

  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeColourPictures(photos());
    // In two splits, and in the wrong class.
    await copyFile(photos("train", "red", "0.jpg"), photos("val", "red", "copy.jpg"));
    await copyFile(photos("train", "blue", "1.jpg"), photos("train", "green", "wrong.jpg"));
    await mkdir(join(folder, "runs"));
    studio = await openStudio(photos(), join(folder, "runs"));
    browser = await launchChromium();
    page = await enter(browser, studio, complaints);
  });
  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
    await removeFolder(folder);
  });

  const to = (name: string): Promise<void> =>
    page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }).click();

  test("finds a picture in two splits and one in the wrong class; both are mended, and one is undone", async () => {
    await to("Data");
    await page.getByText("50 found").waitFor();
    // More than is in sight: the gallery is as high as all of them.
    await page.setViewportSize({ width: 400, height: 900 });
    await page.getByRole("listbox", { name: "Pictures" }).press("End");
    await page.locator("#picture-49").waitFor();
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.getByRole("link", { name: "Problems" }).click();
    await page.getByRole("button", { name: "Look for problems" }).click();
    const problem = (title: string) =>
      page.locator("article", { has: page.getByRole("heading", { name: title }) });
    await problem("In several splits").waitFor();
    const copy = problem("In several splits").locator("figure", { hasText: "val/red/copy.jpg" });
    await copy.getByRole("button", { name: /^Set aside/ }).click();
    await page.getByText("It can be undone").waitFor();
    expect(await readdir(photos("val", "red"))).not.toContain("copy.jpg");
    const wrong = problem("Labels contradict").locator("figure", { hasText: "train/green/wrong.jpg" });
    await wrong.getByLabel(/^Move/).selectOption("blue");
    await expect.poll(() => readdir(photos("train", "green"))).not.toContain("wrong.jpg");
    expect(await readdir(photos("train", "blue"))).toContain("wrong.jpg");
    await page.getByRole("link", { name: "Changes" }).click();
    await page.locator("li, tr", { hasText: "copy.jpg" }).getByRole("button", { name: /^Undo/ }).click();
    await expect.poll(() => readdir(photos("val", "red"))).toContain("copy.jpg");
    expect(await readFile(photos("val", "red", "copy.jpg"))).toEqual(
      await readFile(photos("train", "red", "0.jpg")),
    );
  });

  test("starts a training, follows its curve, stops it and goes on with it", async () => {
    const settings = [...SETTINGS, "trainer.max_epochs=400"];
    await to("Train");
    await page.getByLabel("Further settings").fill(settings.join(" "));
    await page.getByRole("button", { name: "Start training" }).click();
    await page.waitForURL(/\/runs\?run=./);
    const epochs = (): Promise<number> =>
      page
        .locator(".tile", { hasText: "Epochs" })
        .locator("strong")
        .innerText()
        .then((text) => Number.parseInt(text, 10));
    await expect.poll(epochs, { timeout: 300_000 }).toBeGreaterThan(1);
    const before = await epochs();
    await expect.poll(epochs, { timeout: 300_000 }).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    const stopped = await epochs();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect.poll(epochs, { timeout: 300_000 }).toBeGreaterThan(stopped);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
  });

  test("shows a study of the terminal, its run, and how two runs differ", async () => {
    const words = ["search", ...SETTINGS, `data.root=${photos()}`, "trainer.max_epochs=2", "seed=7,8"];
    const { code, stderr } = await run(folder, [
      ...words,
      "--trials=1",
      `search.dir=${join(folder, "runs", "studies")}`,
    ]);
    expect(code, stderr).toBe(0);
    const [made = ""] = await readdir(folder, { recursive: true, encoding: "utf8" }).then((all) =>
      all.filter((path) => path.endsWith("model.onnx")),
    );
    expect((await run(folder, ["report", dirname(made)])).code).toBe(0);
    await to("Runs");
    await page.locator(".studies a").click();
    await page.getByRole("button", { name: "Trial" }).click();
    await page.locator('th[aria-sort="ascending"]', { hasText: "Trial" }).waitFor();
    await to("Runs");
    await page
      .getByRole("row", { name: /studies/ })
      .getByText("completed")
      .waitFor();
    for (const box of await page.getByRole("checkbox").all()) await box.check();
    await page.getByRole("button", { name: "Compare 2 runs" }).click();
    await page.getByRole("row", { name: /^seed/ }).waitFor();
  });

  test("classifies a picture with the run's model and shows where it looked", async () => {
    await to("Try it");
    await page.locator('input[aria-label="Choose pictures"]').setInputFiles(photos("test", "red", "0.jpg"));
    await page
      .getByText(/^\d+\.\d\s%$/)
      .first()
      .waitFor();
    await page
      .getByRole("button", { name: /heat map/i })
      .first()
      .click();
    await page.locator(".heat canvas").waitFor();
    expect(await page.locator(".heat").innerText()).toContain("Grad-CAM");
  });

  test.each([
    { width: 1600, colorScheme: "light" },
    { width: 1600, colorScheme: "dark" },
    { width: 400, colorScheme: "light" },
    { width: 400, colorScheme: "dark" },
  ] as const)("has no serious flaw at $width pixels, $colorScheme", async (view) => {
    const other = await enter(browser, studio, complaints, view);
    const told = async <T>(path: string): Promise<readonly T[]> => {
      const answer = await fetch(new URL(path, studio.url), { headers: { Cookie: cookieOf(studio) } });
      return (await answer.json()) as T[];
    };
    const rows = await told<RunRow>("/api/runs");
    const [runs, reported] = [rows.map(({ id }) => id), rows.find(({ hasReport }) => hasReport)];
    expect(runs).toHaveLength(2);
    const [study] = await told<StudyRow>("/api/studies");
    for (const path of [
      "/data",
      "/data/problems",
      "/data/changes",
      "/labels",
      "/train",
      "/runs",
      ...runs.map((id) => `/runs?run=${id}`),
      `/runs?compare=${runs.join(",")}`,
      `/runs?study=${study!.id}`,
      "/runs?run=gone",
      `/api/runs/${reported!.id}/report`,
      "/try",
      "/page",
    ]) {
      await other.goto(new URL(path, studio.url).href);
      await other.getByRole("heading").first().waitFor();
      expect(await flawsOf(other), path).toEqual([]);
    }
    await other.context().close();
  });

  test("nothing was complained of, and nobody else was asked", () => expect(complaints).toEqual([]));

  test("a page says when its studio has ended", async () => {
    await to("Runs");
    await page.getByRole("row", { name: /studies/ }).waitFor();
    await studio.stop();
    await page.getByText("The studio does not answer").waitFor();
  });
});
