// Where lines for the person who waits go: standard error; results go to standard output.
import { withoutPasswords } from "../core/address.ts";

export function writeLine(line: string): void {
  process.stderr.write(`${withoutPasswords(line)}\n`);
}
