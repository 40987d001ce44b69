// Runs `classifier-training data ... --json` in a process of its own, so that nothing in the studio waits for it.
import { spawn } from "node:child_process";
import { configurationFlags, importFlags } from "../../app/command-words.ts";
import { ClassifierTrainingError } from "../../core/index.ts";
import { COMMAND } from "../command.ts";
import type { OpenData } from "../data/open-data.ts";
import type { CheckName } from "./api.ts";

/** Last characters of what a process complains of that are kept. */
const COMPLAINT = 2000;

/**
 * What the command prints, parsed.
 * @param signal ends it
 * @throws ClassifierTrainingError kind "failure" `CHECK_FAILED` with the last line that the command wrote
 */
export function runCheck(
  name: CheckName,
  { configuration, imports }: Pick<OpenData, "configuration" | "imports">,
  signal: AbortSignal,
): Promise<unknown> {
  const flags = [...importFlags(imports), ...configurationFlags(configuration)];
  const words = [COMMAND, "data", name, "--json", ...flags, "--", ...configuration.overrides];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], signal });
  const output: string[] = [];
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT);
  });
  return new Promise((resolve, reject) => {
    const failed = (reason: string, cause?: unknown): void =>
      reject(
        new ClassifierTrainingError("failure", "CHECK_FAILED", reason, { where: `data ${name}`, cause }),
      );
    child.on("error", (error) => failed(signal.aborted ? "stopped" : error.message, error));
    child.on("close", (code) => {
      try {
        resolve(JSON.parse(output.join("")));
      } catch (cause) {
        failed(complaint.trim().split("\n").at(-1) || `ended with exit code ${code}`, cause);
      }
    });
  });
}
