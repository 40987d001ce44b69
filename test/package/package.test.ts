// What `npm pack` ships works from an empty project: types, JavaScript, CommonJS, the command line, each entry alone.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installedPackage, type Project } from "./installed-package.ts";

const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  exports: Record<string, unknown>;
};
const ENTRIES = Object.keys(exports)
  .filter((entry) => entry !== "./package.json")
  .map((entry) => entry.replace(/^\./, "classifier-training"));

let project: Project;
beforeAll(() => {
  project = installedPackage();
});
afterAll(() => rmSync(project.folder, { recursive: true, force: true }));

test("its types hold in a strict project that checks libraries too", () => {
  const lines = ENTRIES.map((entry, i) => `import * as entry${i} from "${entry}";`);
  const uses = ENTRIES.map((_, i) => `Object.keys(entry${i}).length`);
  project.write("entries.ts", `${lines.join("\n")}\nconsole.log(${uses.join(" + ")});\n`);
  expect(project.checkTypes()).toEqual({ code: 0, output: "" });
});

test("JavaScript imports every entry", () => {
  const imports = ENTRIES.map(
    (entry) => `if (Object.keys(await import("${entry}")).length === 0) throw new Error("${entry}");`,
  );
  project.write("entries.mjs", imports.join("\n"));
  expect(project.node("entries.mjs")).toEqual({ code: 0, output: "" });
});

test("CommonJS imports it dynamically", () => {
  project.write(
    "main.cjs",
    `import("classifier-training").then(({ Trainer }) => console.log(typeof Trainer));`,
  );
  expect(project.node("main.cjs")).toEqual({ code: 0, output: "function\n" });
});

describe("an entry loads what it needs alone", () => {
  /** Folders of `dist` that importing an entry loads, and packages. */
  function loadedBy(entry: string): { folders: string[]; packages: string[] } {
    project.write(
      "hooks.mjs",
      `import { appendFileSync } from "node:fs";
       export async function load(url, context, next) {
         appendFileSync(${JSON.stringify(join(project.folder, "loaded.txt"))}, url + "\\n");
         return next(url, context);
       }`,
    );
    project.write(
      "register.mjs",
      `import { register } from "node:module"; register("./hooks.mjs", import.meta.url);`,
    );
    project.write("loaded.txt", "");
    project.write("entry.mjs", `await import("${entry}");`);
    const result = project.node("--import", "./register.mjs", "entry.mjs");
    expect(result).toEqual({ code: 0, output: "" });
    const urls = readFileSync(join(project.folder, "loaded.txt"), "utf8").split("\n");
    const found = (pattern: RegExp): string[] => [
      ...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? [])),
    ];
    return {
      folders: found(/classifier-training\/dist\/([^/]+)\//),
      packages: found(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//).filter(
        (name) => name !== "classifier-training",
      ),
    };
  }

  test("metrics", () => {
    const { folders, packages } = loadedBy("classifier-training/metrics");
    expect(folders.sort()).toEqual(["core", "metrics"]);
    expect(packages).toEqual(["fastest-levenshtein"]);
  });

  test("inference: neither trainer nor configuration", () => {
    const { folders } = loadedBy("classifier-training/inference");
    expect(folders).toContain("inference");
    for (const other of ["train", "config", "app", "models", "callbacks", "data"])
      expect(folders).not.toContain(other);
  });

  test("transforms: no data sets, no native package", () => {
    const { folders, packages } = loadedBy("classifier-training/transforms");
    expect(folders).toContain("transforms");
    expect(folders).not.toContain("data");
    for (const native of ["sharp", "koffi", "onnxruntime-node"]) expect(packages).not.toContain(native);
  });

  // What --help loads, and with it how long that takes.
  test("the command line: its commands, not what they do", () => {
    const { folders, packages } = loadedBy("./node_modules/classifier-training/dist/cli/main.js");
    const light = ["app", "cli", "core", "platform"];
    expect(folders.filter((folder) => !light.includes(folder))).toEqual([]);
    expect(packages).toEqual(["commander"]);
  });

  test("config: nothing that computes", () => {
    const { folders } = loadedBy("classifier-training/config");
    expect(folders.filter((folder) => !["core", "platform", "config"].includes(folder))).toEqual([]);
  });
});

test("the command line runs", () => {
  const program = "node_modules/classifier-training/bin/classifier-training.js";
  const { version } = JSON.parse(
    readFileSync(join(project.folder, "node_modules/classifier-training/package.json"), "utf8"),
  ) as { version: string };
  expect(project.node(program, "--version")).toEqual({ code: 0, output: `${version}\n` });
  const composed = project.node(program, "train", "data.root=photos", "--cfg", "job");
  expect(composed.code).toBe(0);
  expect(composed.output).toContain("root: photos");
});

test("publint finds nothing to warn of", async () => {
  const { messages, pkg } = await publint({
    pkgDir: join(project.folder, "node_modules/classifier-training"),
    level: "warning",
    pack: false,
  });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("its types are what they say, for whoever can import ES modules", async () => {
  const data = new Uint8Array(readFileSync(project.archive));
  const { problems = [] } = (await checkPackage(createPackageFromTarballData(data))) as {
    problems?: { kind: string; resolutionKind?: string }[];
  };
  // An ES-module package has no entry for `require` and for TypeScript's resolution of before package exports.
  const relevant = problems.filter(
    ({ kind, resolutionKind }) => kind !== "CJSResolvesToESM" && resolutionKind !== "node10",
  );
  expect(relevant).toEqual([]);
});
