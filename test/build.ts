// Builds the package once before the tests, which run the command line as it is installed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Type errors do not stop the tests: `npm run check` reports them. `BUILT=1`: what is there is of these sources. */
export default function build(): void {
  if (process.env.BUILT === "1") return;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  for (const words of [
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
    ["bundle-packaged.js"],
    ["node_modules/vite/bin/vite.js", "build", "src/studio/web", "--logLevel", "warn"],
  ])
    spawnSync(process.execPath, words, { cwd, stdio: "inherit" });
}
