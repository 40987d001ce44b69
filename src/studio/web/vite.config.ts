// Builds the studio's pages into the package: `npm run build` does it, and nothing is fetched from elsewhere.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";
import { classifierTraining } from "../../vite.ts";
import { licenses } from "./licenses.ts";

const built = (path: string): string => fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url));

/**
 * libheif is under the LGPL and is not shipped: where a page meets a HEIC picture, it says what to do. (Opened ones come from the
 * server, which uses the package where it is installed.)
 */
const withoutHeif: Plugin = {
  name: "without-heif",
  enforce: "pre",
  resolveId: (id) => (id.startsWith("libheif-js") ? "\0without-heif" : undefined),
  load: (id) =>
    id === "\0without-heif" ? 'throw new Error("libheif-js is not part of this page")' : undefined,
};

const packages = new Map<string, string>();

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  plugins: [withoutHeif, classifierTraining(), licenses(packages, true)],
  worker: { plugins: () => [withoutHeif, classifierTraining(), licenses(packages, false)] },
  resolve: { alias: { "classifier-training/browser": built("browser.js") } },
  // No picture or font becomes part of a script: the pages' policy has names for files alone.
  build: {
    outDir: built("studio/pages"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
export default config;
