// The documentation's site: `npm run docs`.
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const docs = fileURLToPath(new URL("..", import.meta.url));
const repository = join(docs, "..");
/** Files of the repository that pages link to; the site carries copies. */
const linked = new Set<string>();

export default defineConfig({
  title: "classifier-training",
  description: "Train image classifiers in TypeScript, without leaving Node.js.",
  srcExclude: ["node_modules/**"],
  cleanUrls: true,
  metaChunk: true,
  // The index of the search is one chunk.
  vite: { build: { chunkSizeWarningLimit: 4096 } },
  markdown: {
    config(md) {
      const plain = md.renderer.rules.link_open!;
      md.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const token = tokens[index]!;
        const target = token.attrGet("href") ?? "";
        const from = posix.dirname(String(env.relativePath ?? ""));
        const file = posix.normalize(posix.join("docs", from, target));
        if (target.startsWith("..") && !file.startsWith("docs/")) {
          linked.add(file);
          token.attrSet("href", `/repository/${file}`);
          token.attrSet("target", "_blank");
        }
        return plain(tokens, index, options, env, self);
      };
    },
  },
  ignoreDeadLinks: [/^\/repository\//],
  buildEnd({ outDir }) {
    for (const file of linked) {
      const copy = join(outDir, "repository", file);
      mkdirSync(dirname(copy), { recursive: true });
      cpSync(join(repository, file), copy, { recursive: true });
    }
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/guide" },
      { text: "Design", link: "/design" },
      { text: "Configuration", link: "/reference/configuration" },
      { text: "API", link: "/api/" },
    ],
    sidebar: {
      "/api/": [{ text: "API", link: "/api/" }],
      "/": [
        {
          text: "Guide",
          items: [
            { text: "From pictures to a model", link: "/guide" },
            { text: "Configuring", link: "/configuration" },
            { text: "Data", link: "/data" },
            { text: "Networks", link: "/models" },
            { text: "Weights and fine-tuning", link: "/weights-and-fine-tuning" },
            { text: "Runs and resuming", link: "/runs-and-resuming" },
            { text: "Exporting", link: "/exporting" },
            { text: "Finding good settings", link: "/search" },
            { text: "Several labels", link: "/several-labels" },
            { text: "How sure a model is", link: "/confidence" },
            { text: "What the model looked at", link: "/explaining" },
            { text: "Serving", link: "/serving" },
            { text: "A model as an npm package", link: "/packages" },
            { text: "Callbacks", link: "/callbacks" },
          ],
        },
        {
          text: "Concepts",
          items: [
            { text: "Design", link: "/design" },
            { text: "Hooks and events", link: "/hooks" },
            { text: "Compared with its peers", link: "/compatibility" },
            { text: "The fast runtime", link: "/fast-runtime" },
            { text: "On a GPU", link: "/gpu" },
            { text: "Several processes", link: "/clusters" },
          ],
        },
        {
          text: "How to",
          items: [
            { text: "In the browser", link: "/browser" },
            { text: "Extend the toolkit", link: "/extending" },
          ],
        },
        { text: "Reference", items: [{ text: "Configuration", link: "/reference/configuration" }] },
      ],
    },
  },
});
