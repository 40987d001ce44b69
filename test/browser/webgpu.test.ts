// A graphics card in a page, in Chromium's software: every op, the bits of Node.js, a card that is lost, reloads.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { webgpuRuntime } from "../../src/runtime/webgpu/index.ts";
import { CHROMIUM } from "./chromium.ts";
import type { PageTests, SentFile } from "./page/main.ts";
import { Pages } from "./pages.ts";
import { asFiles, colours } from "./photos.ts";
import { type SmallResult, trainSmall } from "./small-training.ts";

const STEPS = 20;

/** The adapter that Chromium brings along. */
const { available, detail } = await webgpuRuntime.probe();
const isSame = available && /swiftshader/i.test(detail);
if (!isSame)
  console.log(
    `bits of a page are not compared with those of Node.js: its adapter is not SwiftShader (${detail})`,
  );

declare const tests: PageTests;

describe.skipIf(CHROMIUM === undefined)("a graphics card in Chromium", () => {
  let pages: Pages;
  let page: Page;
  let photos: SentFile[];
  let whole: SmallResult;
  let interrupt: () => Promise<unknown>;

  const train = (checkpoints: string, interruptAfter?: number) => {
    const options = { checkpoints, ...(interruptAfter === undefined ? {} : { interruptAfter }) };
    return page.evaluate((given) => tests.go("webgpu", ...given), [photos, STEPS, options] as const);
  };

  beforeAll(async () => {
    photos = await colours();
    pages = await Pages.open();
    page = await pages.visit("/");
    await page.exposeFunction("interrupt", () => interrupt());
    whole = await page.evaluate((given) => tests.train("webgpu", ...given), [photos, STEPS] as const);
  });
  afterAll(() => pages?.[Symbol.asyncDispose]());

  test("computes every op", async () => {
    const { problems, cases } = await page.evaluate(() => tests.conform("webgpu", 3));
    expect(problems).toEqual([]);
    expect(cases).toBeGreaterThan(100);
  });

  test.skipIf(!isSame)(`trains ${STEPS} steps to the bits of Node.js`, async () => {
    expect(whole.losses).toHaveLength(STEPS);
    expect(whole).toEqual(await trainSmall({ runtime: webgpuRuntime, files: asFiles(photos), steps: STEPS }));
  });

  test("is lost in mid-training: the last checkpoint stays, and a new device goes on to the same bits", async () => {
    const devtools = await pages.browser.newBrowserCDPSession();
    interrupt = () => devtools.send("Browser.crashGpuProcess");
    expect(await train("lost", 11)).toMatchObject({ failed: "WEBGPU_DEVICE_LOST", kept: 2 });
    // After step 10 the last was kept.
    expect(await train("lost")).toEqual({ hash: whole.hash, losses: whole.losses.slice(10) });
  });

  test("a page that was reloaded in mid-training goes on from the last checkpoint to the same bits", async () => {
    interrupt = () => page.reload();
    await expect(train("reloaded", 7)).rejects.toThrow();
    await page.waitForFunction("globalThis.tests !== undefined");
    expect(await train("reloaded")).toEqual({ hash: whole.hash, losses: whole.losses.slice(6) });
  });
});
