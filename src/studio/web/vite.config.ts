// Builds the studio's pages into the package: `npm run build` does it, and nothing is fetched from elsewhere.
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";
import { classifierTraining } from "../../vite.ts";

const built = (path: string): string => fileURLToPath(new URL(`../../../dist/${path}`, import.meta.url));

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  plugins: [classifierTraining()],
  worker: { plugins: () => [classifierTraining()] },
  resolve: { alias: { "classifier-training/browser": built("browser.js") } },
  // No picture or font becomes part of a script: the pages' policy has names for files alone.
  build: {
    outDir: built("studio/pages"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});
export default config;
