// Builds the package once before the tests, which run the command line as it is installed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Type errors do not stop the tests: `npm run check` reports them. */
export default function build(): void {
  const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: "inherit",
  });
}
