// Where lines for the person who waits go: standard error; results go to standard output.

export function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}
