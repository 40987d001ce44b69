// The licenses of what the built pages contain, as a file beside them.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** Notes the packages whose modules become part of a script; `written` also writes the file, once the workers are built. */
export function licenses(packages: Map<string, string>, written: boolean): Plugin {
  return {
    name: "licenses",
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle))
        for (const id of part.type === "chunk" ? Object.keys(part.modules) : part.originalFileNames) {
          const [, folder, name] = PACKAGE.exec(resolve(import.meta.dirname, id)) ?? [];
          if (folder !== undefined && name !== undefined) packages.set(name, folder);
        }
      if (!written) return;
      const texts = [...packages].sort().map(([name, folder]) => licenseOf(name, folder));
      this.emitFile({ type: "asset", fileName: "LICENSES.md", source: `${texts.join("\n\n")}\n` });
    },
  };
}

function licenseOf(name: string, folder: string): string {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    version: string;
    license: string;
  };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
  return `## ${name} ${version} (${license})${text}`;
}
