// Every TypeScript snippet of the documentation is a whole program: its types hold, and it runs with the packed package.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeColourPictures } from "../e2e/command.ts";
import { installedPackage, type Project } from "./installed-package.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && !file.includes("node_modules"))
    .map((file) => join("docs", file)),
];
const snippets = pages.flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code], i) => ({
    label: `${page}, snippet ${i + 1}`,
    file: `snippets/${page.replace(/\W+/g, "-")}-${i + 1}.ts`,
    code: code!,
  })),
);

let project: Project;
beforeAll(async () => {
  project = installedPackage();
  for (const { file, code } of snippets) project.write(file, code);
  await writeColourPictures(join(project.folder, "photos"), { train: 8, val: 4 });
});
afterAll(() => rmSync(project.folder, { recursive: true, force: true }));

test("their types hold", () => {
  expect(snippets.length).toBeGreaterThan(0);
  expect(project.checkTypes()).toEqual({ code: 0, output: "" });
});

test.each(snippets)("$label runs", ({ file }) => {
  const { code, output } = project.node("--import", "tsx", file);
  expect(code, output).toBe(0);
});
