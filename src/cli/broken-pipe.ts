// A reader that goes away (`... | head -1`) ends a command without a word, as SIGPIPE ends other tools.

/** What a shell reports of a process that SIGPIPE has ended. */
export const BROKEN_PIPE = 141;

type Ending = () => void;

/** Long-running commands that save something first; the last one that began is asked. */
const endings: Ending[] = [];

/** Lets a command end itself, until disposed, instead of being ended at once. */
export function endInstead(ending: Ending): Disposable {
  endings.push(ending);
  return { [Symbol.dispose]: () => void endings.splice(endings.indexOf(ending), 1) };
}

/** Listens to the outputs of the process. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      const ending = endings.at(-1);
      if (ending === undefined) process.exit(BROKEN_PIPE);
      ending();
    });
  }
}
