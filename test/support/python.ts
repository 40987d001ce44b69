// Finds a Python with the libraries that a comparison needs; tests skip with a printed reason where there is none.
import { execFileSync } from "node:child_process";

/** The first of $PYTHON, `python3` and the system's that can import all of `modules`. */
export function findPython(...modules: string[]): string | undefined {
  const found = [process.env.PYTHON, "python3", "/usr/bin/python3"].find((candidate) => {
    if (candidate === undefined) return false;
    try {
      execFileSync(candidate, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) {
    console.info(`skipped: no Python with ${modules.join(" and ")} was found (set PYTHON to one)`);
  }
  return found;
}

/** Runs a script and parses what it prints as JSON. */
export function runPython(python: string, script: string, ...args: string[]): unknown {
  return JSON.parse(execFileSync(python, ["-c", script, ...args], { encoding: "utf8" }));
}
