// The tests' page in Chromium: built, served, visited.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { buildSite, type Site, serve } from "./site.ts";

/** A browser, and a site that it may visit. */
export class Pages implements AsyncDisposable {
  /** Errors that pages told of. */
  readonly complaints: string[] = [];
  readonly browser: Browser;
  readonly #site: Site;
  readonly #folder: string;

  private constructor(browser: Browser, site: Site, folder: string) {
    this.browser = browser;
    this.#site = site;
    this.#folder = folder;
  }

  static async open(): Promise<Pages> {
    const folder = await mkdtemp(join(tmpdir(), "classifier-training-browser-"));
    const launched = launchChromium();
    await buildSite(folder);
    const site = await serve(folder);
    return new Pages(await launched, site, folder);
  }

  /** A page at a path, when what tests call in it is there. */
  async visit(path: string): Promise<Page> {
    const page = await this.browser.newPage();
    page.setDefaultTimeout(300_000);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    await page.goto(`${this.#site.address}${path}`);
    await page.waitForFunction("globalThis.tests !== undefined");
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.#site[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
