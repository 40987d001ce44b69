// The system's Chromium, driven without a window, with a graphics card in software.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATHS: readonly string[] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where Chromium is; `CHROMIUM` may say. */
export const CHROMIUM: string | undefined = process.env.CHROMIUM ?? PATHS.find((path) => existsSync(path));

if (CHROMIUM === undefined) console.log("tests in a browser are skipped: there is no chromium");

/** Starts it with no network but this machine's. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM!,
    timeout: 300_000,
    args: [
      "--no-sandbox",
      "--enable-unsafe-webgpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
