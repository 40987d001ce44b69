// A server of the command line in a process of its own.
import { type CommandResult, start } from "../e2e/command.ts";

/** What it says, and how to end it. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has said so far to standard error and standard output. */
  said(): string;
  logged(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<CommandResult>;
}

/** Resolves when it listens. @param words of `serve` beside the port */
export async function serve(cwd: string, ...words: string[]): Promise<Served> {
  const { child, ended } = start(cwd, ["serve", "--port", "0", ...words]);
  let [said, logged] = ["", ""];
  child.stdout.on("data", (text: string) => {
    logged += text;
  });
  child.stderr.on("data", (text: string) => {
    said += text;
  });
  while (!/http:\S+:predict\n/.test(said)) {
    if (child.exitCode !== null) throw new Error(`serve ended: ${said}`);
    await new Promise((next) => setTimeout(next, 20));
  }
  return {
    url: /http:\/\/[\d.:]+/.exec(said)![0],
    pid: child.pid!,
    ended,
    said: () => said,
    logged: () => logged,
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
