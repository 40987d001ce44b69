// Where lines for the person who waits go: standard error; results go to standard output.
import { withoutPasswords } from "../core/address.ts";

/** Passwords in addresses are left out. */
export function writeLine(line: string): void {
  process.stderr.write(`${withoutPasswords(line)}\n`);
}
