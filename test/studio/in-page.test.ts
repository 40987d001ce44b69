// The studio's page that trains by itself, as it is built and under the studio's own policy: in WebAssembly, and on a graphics card
// in software.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Classifier } from "../../src/inference/index.ts";
import type { Studio } from "../../src/studio/index.ts";
import { CHROMIUM, launchChromium } from "../browser/chromium.ts";
import { removeFolder, temporaryFolder, writeColourPictures } from "../e2e/command.ts";
import { enter, openStudio } from "./opened.ts";

describe.skipIf(CHROMIUM === undefined)("training in the studio's page", () => {
  let folder: string;
  let studio: Studio;
  let browser: Browser;
  let page: Page;
  /** What the page complained of, and what it asked of others. */
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await temporaryFolder();
    await writeColourPictures(join(folder, "photos"));
    const note = (line: string): number => complaints.push(line);
    studio = await openStudio(undefined, join(folder, "outputs"), { note });
    browser = await launchChromium();
    page = await enter(browser, studio, complaints);
    await page.goto(new URL("/page", studio.url).href);
  });
  afterAll(async () => {
    await browser?.close();
    await studio?.stop();
    await removeFolder(folder);
  });

  test("says that there is no graphics card, and offers the server", async () => {
    const notice = page.locator(".notice.warning");
    await notice.waitFor();
    expect(await notice.innerText()).toContain("no graphics card");
    expect(await notice.getByRole("link").getAttribute("href")).toBe("/train");
  });

  test("trains on a folder, stops, goes on, and gives a model that Node.js takes", async () => {
    await page.locator('input[aria-label="Choose a folder"]').setInputFiles(join(folder, "photos"));
    await page.getByLabel("Network").selectOption("shufflenet_v2_x0_5");
    await page.getByLabel("Epochs", { exact: true }).fill("3");
    await page.getByLabel("Image size").fill("16");
    await page.getByLabel("Batch size").fill("8");
    await page.getByLabel("Compute with").selectOption("onnxruntime");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page
      .locator(".tile strong", { hasText: /^\d\.\d/ })
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Go on where it stopped" }).click();
    await page.getByText("Trained.", { exact: true }).waitFor();
    await expectSameInNode();
  });

  test("trains on the graphics card, here one in software, and gives a model that Node.js takes", async () => {
    // Two steps and a validation, all of one size: what takes time is compiling kernels, and each size has its own.
    await page.getByLabel("Epochs", { exact: true }).fill("1");
    await page.getByLabel("Batch size").fill("12");
    await page.getByLabel("Compute with").selectOption("webgpu");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page
      .getByRole("status")
      .filter({ hasText: /^Training with .*swiftshader/i })
      .waitFor();
    await page.getByText("Trained.", { exact: true }).waitFor({ timeout: 400_000 });
    await expectSameInNode();
  });

  /** Downloads the model, and lets the page and Node.js classify the same picture with it. */
  async function expectSameInNode(): Promise<void> {
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the model" }).click();
    const model = await (await downloading).path();
    await using classifier = await Classifier.load(new Uint8Array(await readFile(model)));
    expect(classifier.classNames).toEqual(["blue", "green", "red"]);
    const picture = join(folder, "photos/test/red/0.jpg");
    const [[expected] = []] = await classifier.predict([picture], 1);
    await page.locator('input[aria-label="Choose a picture"]').setInputFiles(picture);
    const result = page.locator(".results");
    expect(await result.locator(".found").innerText()).toBe(expected!.label);
    const shown = Number.parseFloat(await result.locator(".shares b").first().innerText());
    expect(Math.abs(shown - 100 * expected!.confidence)).toBeLessThan(0.11);
  }

  test("nothing was complained of, and nobody else was asked", () => expect(complaints).toEqual([]));
});
