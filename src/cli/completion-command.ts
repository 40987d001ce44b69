// classifier-training completion: tab completion of overrides in bash and zsh.
import { Command } from "commander";
import type { Shell } from "../config/index.ts";

/** @param commands names of the commands, completed as the first word */
export function completionCommand(commands: readonly string[]): Command {
  const query = new Command("query")
    .description("print the candidates for the last of these words")
    .argument("[words...]")
    .allowUnknownOption()
    .action((words: readonly string[]) => runQuery(words, commands));
  const script = (shell: Shell): Command =>
    new Command(shell)
      .description(`print the script; add to your shell: eval "$(classifier-training completion ${shell})"`)
      .action(() => printScript(shell));
  return new Command("completion")
    .description("tab completion for bash and zsh")
    .addCommand(script("bash"))
    .addCommand(script("zsh"))
    .addCommand(query, { hidden: true });
}

async function printScript(shell: Shell): Promise<void> {
  const { completionScript } = await import("../config/index.ts");
  process.stdout.write(completionScript(shell, "classifier-training"));
}

/** Words of the line behind the program's name: a command, then overrides; the last one is unfinished. */
async function runQuery(words: readonly string[], commands: readonly string[]): Promise<void> {
  const { completeOverride } = await import("../config/index.ts");
  const { composeOptions } = await import("../app/run/configuration.ts");
  const [command, ...rest] = words;
  const current = rest.at(-1);
  const candidates =
    current === undefined || command === undefined
      ? commands.filter((name) => name.startsWith(command ?? ""))
      : completeOverride(composeOptions({ overrides: [] }), rest.slice(0, -1), current);
  process.stdout.write(candidates.map((candidate) => `${candidate}\n`).join(""));
}
