// The command line: words to calls of the application, errors to one line and an exit code.
import { hostname } from "node:os";
import { Command } from "commander";
import { rankStarted } from "../app/launcher.ts";
import { packageVersion } from "../app/package-version.ts";
import { withoutPasswords } from "../core/address.ts";
import { ClassifierTrainingError, PROCESS_LOST } from "../core/errors.ts";
import { benchCommand } from "./bench-command.ts";
import { endWithReader } from "./broken-pipe.ts";
import { calibrateCommand } from "./calibrate-command.ts";
import { compareCommand } from "./compare-command.ts";
import { completionCommand } from "./completion-command.ts";
import { crossValidateCommand } from "./cross-validate-command.ts";
import { dataCommand } from "./data-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { embedCommand } from "./embed-command.ts";
import { evaluateCommand } from "./evaluate-command.ts";
import { explainCommand } from "./explain-command.ts";
import { exportCommand } from "./export-command.ts";
import { launchCommand } from "./launch-command.ts";
import { packageCommand } from "./package-command.ts";
import { predictCommand } from "./predict-command.ts";
import { quickstartCommand } from "./quickstart-command.ts";
import { reportCommand } from "./report-command.ts";
import { runsCommand } from "./runs-command.ts";
import { schemaCommand } from "./schema-command.ts";
import { searchCommand } from "./search-command.ts";
import { serveCommand } from "./serve-command.ts";
import { studioCommand } from "./studio-command.ts";
import { testCommand } from "./test-command.ts";
import { thresholdsCommand } from "./thresholds-command.ts";
import { trainCommand } from "./train-command.ts";
import { tuneCommand } from "./tune-command.ts";
import { weightsCommand } from "./weights-command.ts";

/** Runs one command line and returns the exit code of the process. */
export async function main(words: readonly string[]): Promise<number> {
  endWithReader();
  const program = createProgram();
  try {
    await program.parseAsync(words, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, words.includes("--debug"));
  }
}

function createProgram(): Command {
  const program = new Command("classifier-training")
    .description("Train image classifiers, export them and classify with them.")
    .version(packageVersion())
    .option("--debug", "show stack traces of errors")
    .showHelpAfterError("(run with --help to see what there is)")
    .exitOverride();
  const commands = [
    quickstartCommand(),
    trainCommand(),
    crossValidateCommand(),
    searchCommand(),
    tuneCommand(),
    testCommand(),
    predictCommand(),
    explainCommand(),
    embedCommand(),
    serveCommand(),
    studioCommand(),
    exportCommand(),
    calibrateCommand(),
    thresholdsCommand(),
    evaluateCommand(),
    compareCommand(),
    packageCommand(),
    reportCommand(),
    runsCommand(),
    launchCommand(),
    benchCommand(),
    dataCommand(),
    weightsCommand(),
    doctorCommand(),
    schemaCommand(),
  ];
  commands.push(completionCommand(commands.map((command) => command.name())));
  for (const command of commands) {
    program.addCommand(command.exitOverride().option("--debug", "show stack traces of errors"));
  }
  return program;
}

/** Prints an error as one line; returns its exit code. */
function report(error: unknown, debug: boolean): number {
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  const failure =
    error instanceof ClassifierTrainingError
      ? error
      : new ClassifierTrainingError("failure", "UNEXPECTED", String((error as Error).message ?? error), {
          hint: "run again with --debug and report it",
        });
  if (failure.code !== PROCESS_LOST) process.stderr.write(`${whoseError()}: ${failure.toLine()}\n`);
  if (debug) process.stderr.write(`${withoutPasswords((error as Error).stack ?? "")}\n`);
  return failure.exitCode;
}

/** Of several processes all but the first say which they are. */
function whoseError(): string {
  const rank = rankStarted();
  return rank === 0 ? "error" : `error of process ${rank} on ${hostname()}`;
}

/** commander has already printed what was wrong. */
function isCommanderError(error: unknown): error is { exitCode: number } {
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    String(error.code).startsWith("commander.")
  );
}
