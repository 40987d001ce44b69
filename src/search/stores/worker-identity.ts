// The name of a worker, which tells whether a process of this machine has ended without anybody waiting for it.
import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Machine, process and a text that no other worker has; unchanged while the process lives. */
export function workerName(): string {
  return `${machine()}/${process.pid}/${startOf(process.pid) ?? ""}/${randomUUID().slice(0, 8)}`;
}

/** What to show of a worker's name: its host and process. */
export function shortWorker(name: string): string {
  const [host = "", , pid = ""] = name.split("/");
  return `${host}:${pid}`;
}

/** Whether a worker is known to have ended: a process of this machine that is no more. Others are not known of. */
export function hasEnded(name: string): boolean {
  const [host, boot, pid, start = ""] = name.split("/");
  if (`${host}/${boot}` !== machine() || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const now = startOf(Number(pid));
  return start !== "" && now !== undefined && now !== start;
}

/** Host, and on Linux what tells this start of the machine and this container from others of the same name. */
function machine(): string {
  return `${hostname()}/${readOr(() => {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return `${boot}-${readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")}`;
  })}`;
}

/** When a process began, in ticks since the machine has; a number that is used again belongs to a later one. */
function startOf(pid: number): string | undefined {
  // The name of the program, in brackets, may hold anything.
  const text = readOr(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
