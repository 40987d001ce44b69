// Whether a process really has a socket that it was said to have: what is to get a signal must be no other program.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Whether a process of this machine and user listens on an abstract socket of Linux.
 * @param name with its leading zero byte
 */
export function ownsSocket(pid: number, name: string): boolean {
  try {
    const written = `@${name.slice(1)}`;
    const rows = readFileSync("/proc/net/unix", "utf8")
      .split("\n")
      .map((row) => row.split(/\s+/));
    // The kernel shows zero bytes as @, also those that a name may be padded with.
    const nodes = rows
      .filter((row) => row.at(-1)?.replace(/@+$/, "") === written)
      .map((row) => `socket:[${row.at(-2)}]`);
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((file) => nodes.includes(linkOf(`${folder}/${file}`)));
  } catch {
    return false;
  }
}

/** Files may be closed while they are listed. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
