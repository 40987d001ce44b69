// Holds the architecture: who may import whom, where native packages may be loaded, and how a file begins.
import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { circlesOf } from "./support/circles.ts";

/** Every folder of `src` that computes, with the folders it may import: earlier ones only, so there is no cycle. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wasm: [],
  platform: ["core", "wasm"],
  config: ["core"],
  graph: ["core"],
  autodiff: ["core", "graph"],
  nn: ["core", "platform", "wasm", "graph"],
  optim: ["core", "graph"],
  metrics: ["core"],
  plots: ["core", "platform"],
  report: ["core", "metrics"],
  tasks: ["core", "graph", "nn", "metrics"],
  models: ["core", "graph", "nn", "optim", "tasks"],
  download: ["core"],
  zip: [],
  weights: ["core", "platform", "zip", "download"],
  onnx: ["core", "graph"],
  runtime: ["core", "graph"],
  "runtime/planning": ["core", "graph"],
  "runtime/reference": ["core", "graph", "wasm", "runtime"],
  "runtime/threaded": ["core", "graph", "runtime"],
  "runtime/onnxruntime": [
    "core",
    "platform",
    "graph",
    "runtime",
    "runtime/threaded",
    "runtime/planning",
    "onnx",
  ],
  "runtime/webgpu": ["core", "graph", "runtime", "runtime/planning"],
  "runtime/onednn": ["core", "platform", "graph", "wasm", "runtime", "runtime/threaded", "runtime/planning"],
  collective: ["core", "platform", "runtime"],
  image: ["core", "platform", "zip", "wasm"],
  samples: ["core"],
  transforms: ["core", "image"],
  data: ["core", "platform", "zip", "download", "image", "transforms"],
  inspect: ["core", "image", "transforms", "data"],
  search: ["core", "config"],
  calibrate: ["core", "metrics", "tasks"],
  inference: ["core", "platform", "image", "tasks", "transforms", "onnx", "calibrate"],
  serve: ["core", "platform", "image", "runtime/threaded", "inference"],
  export: ["core", "graph", "nn", "onnx", "runtime", "image", "tasks", "transforms", "inference"],
  packaged: ["core", "image", "tasks", "transforms", "calibrate", "inference"],
  quantize: ["core", "tasks", "onnx", "inference"],
  explain: ["core", "graph", "autodiff", "nn", "runtime", "export"],
  train: ["core", "platform", "graph", "autodiff", "nn", "optim", "weights", "runtime"],
  callbacks: ["core", "platform", "graph", "nn", "metrics", "tasks", "plots", "train"],
  loggers: ["core", "platform", "train"],
};
const parts = Object.keys(PARTS);
/** And those that put the parts together; "." is what the package exports. */
const MAY_IMPORT: typeof PARTS = {
  ...PARTS,
  app: parts,
  browser: [
    ...["core", "platform", "nn", "models", "report", "runtime", "runtime/reference", "runtime/onnxruntime"],
    ...["runtime/webgpu", "data", "export", "train", "callbacks", "app"],
  ],
  studio: [...parts, "app"],
  "studio/web": ["core", "metrics", "report", "browser", ".", "studio"],
  cli: ["core", "platform", "config", "app", "studio"],
  ".": [...parts, "app", "browser"],
};

/** Packages with native code, and where they may be imported; only when they are needed, never as a file loads. */
const NATIVE: Readonly<Record<string, readonly string[]>> = {
  sharp: ["src/image/", "src/samples/"],
  "onnxruntime-node": ["src/platform/onnxruntime.ts"],
  webgpu: ["src/runtime/webgpu/dawn"],
  koffi: ["src/runtime/onednn/ffi", "src/collective/mpi/library", "src/image/jpeg/system-decoder"],
  "@resvg/resvg-js": ["src/plots/"],
  "better-sqlite3": ["src/search/stores/sqlite.ts", "src/studio/store/sqlite-store.ts"],
  pg: ["src/search/stores/postgres.ts"],
};

/**
 * Parts and files that run in a browser: they import no module of Node.js, no native package and no part that does; what they need
 * of the machine comes through files that package.json has bundlers replace.
 */
const BROWSER_SAFE: readonly string[] = [
  "browser",
  "browser.ts",
  "vite.ts",
  "core",
  "wasm",
  "graph",
  "autodiff",
  "nn",
  "optim",
  "metrics",
  "tasks",
  "models",
  "onnx",
  "image",
  "transforms",
  "calibrate",
  "inference",
  "explain",
  "export",
  "quantize",
  "quantize",
  "report",
  "runtime",
  "runtime/planning",
  "runtime/reference",
  "runtime/onnxruntime",
  "runtime/threaded",
  "runtime/webgpu",
  "studio/data/api.ts",
  "studio/web",
  "train",
  ...["archive-member", "find-pictures", "folder-tree", "member-tree", "tool-entries"].map(
    (name) => `data/files/${name}.ts`,
  ),
  ...["array-dataset", "class-level", "dataset", "image-folder", "label-folder", "same-content"].map(
    (name) => `data/datasets/${name}.ts`,
  ),
  ...["auto-split", "data-module", "dataset-data-module", "image-folder-data-module", "trainable"].map(
    (name) => `data/modules/${name}.ts`,
  ),
  "data/caching",
  "data/label-changes",
  "data/loading",
  "data/sampling",
  "data/splits",
  ...[
    ...[
      "pictures/batch-predictions",
      "pictures/label-predictions",
      "best-epoch",
      "checkpoint-name",
      "early-stopping",
      "ema",
      "epoch-pace",
      "gradient-norm",
    ],
    ...["learning-rate-monitor", "model-checkpoint", "model-layers", "monitor", "non-finite-guard"],
    ...["progress-line", "pictures/sample-names", "stochastic-weight-averaging", "timer", "units"],
  ].map((name) => `callbacks/${name}.ts`),
  "platform/fill.ts",
  "plots/rgb-of-batch.ts",
  "app/report/jpeg-address.ts",
  "app/report/is-wrong.ts",
  "app/report/report-pictures.ts",
  "weights/byte-source.ts",
  "weights/safetensors.ts",
  "weights/safetensors-header.ts",
  "weights/weights-file.ts",
  "zip",
];

/** What bundlers take in a page, by what it stands for: of package.json, as files of `src`. */
const IN_PAGES: ReadonlyMap<string, string> = new Map(
  Object.entries(JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")).browser)
    .filter((pair): pair is [string, string] => typeof pair[1] === "string")
    .map(([from, to]) => [sourceOf(from), sourceOf(to)]),
);

function sourceOf(compiled: string): string {
  return compiled.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts");
}

/** Files within those folders that are for Node.js alone: what pages have others for, and what only these load. */
const FOR_NODE: readonly string[] = [
  ...IN_PAGES.keys(),
  "src/data/loading/worker.ts",
  "src/image/jpeg/system-decoder.ts",
  "src/image/libvips.ts",
  "src/image/thumbnail.ts",
  "src/runtime/onnxruntime/compute-thread.ts",
  "src/runtime/webgpu/dawn.ts",
  "src/studio/web/licenses.ts",
  "src/studio/web/vite.config.ts",
];

/** Whether a file is, or lies in, what may run in a browser. */
const isBrowserSafe = (file: string): boolean =>
  !FOR_NODE.includes(file) &&
  ([...IN_PAGES.values()].includes(file) ||
    BROWSER_SAFE.some(
      (entry) =>
        file === `src/${entry}` ||
        (entry === "runtime" ? partOf(file) === entry : file.startsWith(`src/${entry}/`)),
    ));

const LONGEST_FILE = 400;
const MOST_FILES = 40;
/** What belongs to somebody's machine or network and not into a repository. */
const PRIVATE =
  /registry\.(npmjs|yarnpkg)|npmmirror|artifactory|jfrog|pypi\.org|deb\.debian|(^|[\s"'`(=])\/work\//m;

const root = join(import.meta.dirname, "..");
/** Installed or made, not written. */
const MADE = /(^|\/)node_modules\/|^docs\/(api|reference|\.vitepress\/(dist|cache))\//;
const files = ["src", "test", "bench", "examples", "docs", "conf", "bin", ".ci", "."].flatMap((folder) => {
  const entries =
    readdirSync(root).includes(folder) || folder === "."
      ? readdirSync(join(root, folder), { recursive: folder !== ".", withFileTypes: true })
      : [];
  return entries
    .filter((entry) => entry.isFile() && entry.name !== "package-lock.json")
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .filter((file) => !MADE.test(file));
});
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".gen.ts"));
const modules = sources.filter((file) => !file.endsWith(".test.ts"));

/** The runtime's entry for Node.js loads Dawn when it is asked for; a page's takes `navigator.gpu`. */
const isDawnLoader = (file: string, to: string): boolean =>
  file === "src/runtime/webgpu/index.ts" && to === "src/runtime/webgpu/dawn.ts";

/** What a file imports, and whether that is loaded as the file is. Types are not loaded. */
function importsOf(file: string): { specifier: string; eager: boolean; isType: boolean }[] {
  const statement =
    /^(?:import|export)\s+(type\s)?(?:[^"'()=]*\sfrom\s+)?"([^"\n]+)"|\bimport\(\s*"([^"\n]+)"/gm;
  return [...read(file).matchAll(statement)].map(([, type, declared, awaited]) => ({
    specifier: declared ?? awaited!,
    eager: declared !== undefined && type === undefined,
    isType: type !== undefined,
  }));
}

/** The files of this repository that a file imports, for their types too. */
function filesImportedBy(file: string): string[] {
  return filesIn(
    file,
    importsOf(file).map(({ specifier }) => specifier),
  );
}

/** The files of this repository among what a file imports. */
function filesIn(file: string, specifiers: readonly string[]): string[] {
  return specifiers
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(file), specifier));
}

/** The part of `src` a file belongs to. */
function partOf(file: string): string {
  const [, first = "", ...rest] = file.split("/");
  if (rest.length === 0) return ".";
  if (first === "studio" && rest[0] === "web") return "studio/web";
  return first === "runtime" && rest.length > 1 ? `runtime/${rest[0]}` : first;
}

test("the import table has no cycles", () => {
  for (const [i, part] of parts.entries()) {
    for (const imported of PARTS[part]!)
      expect(parts.slice(0, i), `${part} imports ${imported}`).toContain(imported);
  }
});

describe("src", () => {
  const own = modules.filter((file) => file.startsWith("src/"));

  test("imports follow the table", () => {
    const wrong = own.flatMap((file) => {
      const part = partOf(file);
      const allowed = MAY_IMPORT[part] ?? [];
      return filesImportedBy(file)
        .map(partOf)
        .filter((imported) => imported !== part && !allowed.includes(imported))
        .map((imported) => `${file} imports ${imported}`);
    });
    expect(wrong).toEqual([]);
    expect(own.map(partOf).filter((part) => MAY_IMPORT[part] === undefined)).toEqual([]);
  });

  test("the table has no arrow that nobody uses", () => {
    const used = new Set(
      own.flatMap((file) => filesImportedBy(file).map((to) => `${partOf(file)} ${partOf(to)}`)),
    );
    const listed = Object.entries(PARTS).flatMap(([part, allowed]) => allowed.map((to) => `${part} ${to}`));
    expect(listed.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  test("no files import each other", () => {
    const circles = circlesOf(new Map(own.map((file) => [file, filesImportedBy(file)])));
    expect(circles).toEqual([]);
  });

  test("parts for browsers import neither Node.js, nor native packages, nor parts that do", () => {
    const wrong = own.filter(isBrowserSafe).flatMap((file) => {
      const loaded = importsOf(file).flatMap(({ specifier, isType }) => (isType ? [] : [specifier]));
      const native = loaded.filter((name) => name.startsWith("node:") || Object.hasOwn(NATIVE, name));
      const unsafe = filesIn(file, loaded).filter(
        (to) => !isBrowserSafe(to) && !IN_PAGES.has(to) && !isDawnLoader(file, to),
      );
      return [...native, ...unsafe].map((imported) => `${file} imports ${imported}`);
    });
    expect(wrong).toEqual([]);
  });

  test("what a page has in the place of a file offers the same", () => {
    const namesIn = (file: string): string[] =>
      [...read(file).matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)].map(
        ([, name]) => name!,
      );
    for (const [here, there] of IN_PAGES) {
      if (partOf(here) === "platform" && here.endsWith("index.ts")) continue;
      expect([...namesIn(there)].sort(), there).toEqual(expect.arrayContaining(namesIn(here)));
    }
  });

  test("native packages are imported where they belong, and lazily", () => {
    const wrong = own.flatMap((file) =>
      importsOf(file)
        .filter(({ specifier, eager, isType }) => {
          if (isType) return false;
          const places = Object.hasOwn(NATIVE, specifier) ? NATIVE[specifier]! : undefined;
          return places !== undefined && (eager || !places.some((place) => file.startsWith(place)));
        })
        .map(({ specifier }) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });
});

test("every source file begins with a comment that says what it is for", () => {
  expect(modules.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(read(file)))).toEqual([]);
});

test("every exported declaration of src says in JSDoc what it stands for", () => {
  const declaration =
    /^export (?:abstract |async )*(?:function\*?|class|interface|type|const|let|enum) (\w+)/gm;
  const silent = modules
    .filter((file) => file.startsWith("src/"))
    .flatMap((file) => {
      const text = read(file);
      const seen = new Set<string>();
      return [...text.matchAll(declaration)].flatMap(({ 0: start, 1: name, index }) => {
        // Of overloads the first one speaks for all.
        if (seen.has(start)) return [];
        seen.add(start);
        const before = text.slice(0, index);
        const hasDoc = before.endsWith("*/\n") && before.slice(before.lastIndexOf("/*")).startsWith("/**");
        return hasDoc ? [] : [`${file}: ${name}`];
      });
    });
  expect(silent).toEqual([]);
});

test(`no source file has more than ${LONGEST_FILE} lines`, () => {
  expect(sources.filter((file) => read(file).trimEnd().split("\n").length > LONGEST_FILE)).toEqual([]);
});

test(`no folder of src has more than ${MOST_FILES} files at one level`, () => {
  const counts = new Map<string, number>();
  for (const file of files.filter((name) => name.startsWith("src/")))
    counts.set(posix.dirname(file), (counts.get(posix.dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > MOST_FILES)).toEqual([]);
});

test("no file names a private path or a package host", () => {
  const texts = files.filter((file) => /\.(ts|js|md|ya?ml|json|py|sh|npmrc)$|^\.ci\//.test(file));
  const thisFile = relative(root, import.meta.filename).replaceAll(sep, "/");
  expect(texts.filter((file) => file !== thisFile && PRIVATE.test(read(file)))).toEqual([]);
});
