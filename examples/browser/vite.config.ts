// The page's bundler. In a project of your own the alias is not needed: the package is in node_modules.
import { fileURLToPath } from "node:url";
import { classifierTraining } from "classifier-training/vite";
import { defineConfig, type UserConfig } from "vite";

const built = (file: string): string => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

const config: UserConfig = defineConfig({
  root: import.meta.dirname,
  plugins: [classifierTraining()],
  resolve: { alias: { "classifier-training/browser": built("browser.js") } },
  worker: { plugins: () => [classifierTraining()] },
  server: { fs: { allow: ["../.."] } },
});
export default config;
