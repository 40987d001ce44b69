// The package as `npm pack` ships it, installed into an empty project without a network.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

export interface Project {
  readonly folder: string;
  /** The packed archive. */
  readonly archive: string;
  write(name: string, text: string): void;
  /** Runs Node.js in the project's folder. */
  node(...words: string[]): CommandResult;
  /** Checks the types of all files of the project, strictly, those of the package among them. */
  checkTypes(): CommandResult;
}

/** A project whose `node_modules` holds the packed package and links to what it depends on, nothing else. */
export function installedPackage(): Project {
  const folder = mkdtempSync(join(tmpdir(), "classifier-training-package-"));
  // The build is the test run's; `--ignore-scripts` keeps `prepare` from removing it under the other tests.
  const packing = spawnSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
  });
  if (packing.status !== 0) throw new Error(packing.stderr);
  const [{ filename }] = JSON.parse(packing.stdout) as [{ filename: string }];
  const archive = join(folder, filename);
  const modules = join(folder, "node_modules");
  const home = join(modules, "classifier-training");
  mkdirSync(home, { recursive: true });
  const unpacking = spawnSync("tar", ["xzf", archive, "--strip-components=1", "-C", home], {
    encoding: "utf8",
  });
  if (unpacking.status !== 0) throw new Error(unpacking.stderr);

  const { dependencies } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    const link = join(modules, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "junction");
  }
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write("package.json", JSON.stringify({ name: "project", private: true, type: "module" }));
  write(
    "tsconfig.json",
    JSON.stringify({
      compilerOptions: {
        strict: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        module: "nodenext",
        target: "es2022",
        lib: ["es2022", "esnext.disposable"],
        types: ["node"],
        noEmit: true,
      },
      include: ["*.ts", "snippets/*.ts"],
    }),
  );
  const node = (...words: string[]): CommandResult => {
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    return { code: status, output: stdout + stderr };
  };
  return {
    folder,
    archive,
    write,
    node,
    checkTypes: () => node(join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"),
  };
}
