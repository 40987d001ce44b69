// Every relative link of the documentation leads to a file, and to a heading of it where it names one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const inFolder = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file));
const pages = [...inFolder("."), ...inFolder("docs")];
/** Made by `npm run docs`. */
const MADE = /^docs\/(reference|api)\//;

/** A heading's anchor as GitHub and VitePress make it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

test.each(pages)("%s", (page) => {
  const text = readFileSync(join(root, page), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  const dead = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", heading] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (MADE.test(file)) return false;
    if (!existsSync(join(root, file))) return true;
    if (heading === undefined) return false;
    const headings = [...readFileSync(join(root, file), "utf8").matchAll(/^#+ (.*)$/gm)];
    return !headings.some(([, words]) => anchor(words!) === heading);
  });
  expect(dead).toEqual([]);
});
