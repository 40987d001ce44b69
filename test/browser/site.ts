// The tests' page: built by vite from the sources as a page gets them, and served, with or without isolation.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { build, type Plugin } from "vite";
import { classifierTraining } from "../../src/vite.ts";

const root: string = join(import.meta.dirname, "../..");

/** What package.json has bundlers take in a page, for the sources. */
function pageModules(): Plugin {
  const { browser } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    browser: Record<string, string | false>;
  };
  const source = (path: string): string =>
    join(root, path.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts"));
  const replaced = new Map(
    Object.entries(browser).flatMap(([from, to]) => (to === false ? [] : [[source(from), source(to)]])),
  );
  return {
    name: "page-modules",
    enforce: "pre",
    async resolveId(id, importer, options) {
      if (id === "webgpu") return { id: "\0none", moduleSideEffects: false };
      if (importer?.includes(".browser.ts") || !id.startsWith(".")) return undefined;
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      return found === null ? undefined : (replaced.get(found.id) ?? found);
    },
    load: (id) => (id === "\0none" ? "export default undefined" : undefined),
  };
}

/** Builds the page into a folder. */
export async function buildSite(folder: string): Promise<void> {
  await build({
    root: join(import.meta.dirname, "page"),
    configFile: false,
    logLevel: "error",
    plugins: [pageModules(), classifierTraining()],
    build: { outDir: folder, emptyOutDir: true, minify: false, target: "es2022" },
  });
}

export interface Site extends AsyncDisposable {
  /** Below it `/` is isolated and `/plain/` is not. */
  readonly address: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** Serves a folder from 127.0.0.1. */
export async function serve(folder: string): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://localhost");
    const plain = pathname.startsWith("/plain/");
    const path = plain ? pathname.slice("/plain".length) : pathname;
    const file = join(folder, path === "/" ? "index.html" : path);
    readFile(file).then(
      (content) => {
        response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
        if (!plain) {
          response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
          response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
        }
        response.end(content);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
