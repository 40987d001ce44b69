// One run at a time in a folder: a lock that the operating system takes back when the process ends, however it ends, and for
// other hosts that see the folder a file.
import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassifierTrainingError } from "../../../core/index.ts";
import { writeFailed } from "../../../platform/index.ts";
import { HostLock, type LockHolder } from "./host-lock.ts";
import { ownsSocket } from "./socket-owner.ts";

/** A folder that no other process trains in until it is released. */
export class RunLock implements AsyncDisposable {
  readonly #server: Server;
  readonly #hosts: HostLock;

  private constructor(server: Server, hosts: HostLock) {
    this.#server = server;
    this.#hosts = hosts;
  }

  /**
   * Takes the lock of a folder that is there.
   * @throws ClassifierTrainingError kind "usage" `RUN_LOCKED` while another run has it
   */
  static async take(folder: string): Promise<RunLock> {
    const address = addressOf(realpathSync(folder));
    for (const attempt of [1, 2]) {
      try {
        return await RunLock.#amongHosts(folder, await listen(address));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
      const holder = await holderOf(address);
      if (holder !== undefined || attempt === 2) throw locked(folder, holder);
      // Only sockets that are files can outlive their process.
      if (isFile(address)) rmSync(address, { force: true });
    }
    throw locked(folder, undefined);
  }

  /** Goes on to other hosts with what is this host's. */
  static async #amongHosts(folder: string, server: Server): Promise<RunLock> {
    const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
    let hosts: HostLock | LockHolder;
    try {
      hosts = await HostLock.take(folder);
    } catch (error) {
      await close();
      throw writeFailed(folder, error);
    }
    if (hosts instanceof HostLock) return new RunLock(server, hosts);
    await close();
    throw locked(folder, `${hosts.pid} on ${hosts.host}`);
  }

  /** Whether a process is training in a folder. */
  static async isTaken(folder: string): Promise<boolean> {
    if (HostLock.holderElsewhere(folder) !== undefined) return true;
    return (await holderOf(addressOf(realpathSync(folder)))) !== undefined;
  }

  /**
   * The number of the process that is training in a folder, where a signal reaches it: one of this machine and user that is proven
   * to be the one. Undefined where there is none.
   */
  static async process(folder: string): Promise<number | undefined> {
    const address = addressOf(realpathSync(folder));
    const pid = Number(await holderOf(address));
    if (!Number.isSafeInteger(pid) || pid < 2) return undefined;
    const isProven = process.platform === "linux" ? ownsSocket(pid, address) : HostLock.isOf(folder, pid);
    return isProven && isReachable(pid) ? pid : undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hosts[Symbol.dispose]();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A local socket whose name stands for the folder: without a file on Linux and Windows. */
function addressOf(folder: string): string {
  const name = `classifier-training-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

function isReachable(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const isFile = (address: string): boolean => address.startsWith("/");

/** Answers whoever connects with the number of this process; does not keep the process alive. */
function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(String(process.pid));
    });
    server.once("error", reject);
    server.listen(address, () => resolve(server.unref()));
  });
}

/** The process that has the lock; undefined: nobody answers. */
function holderOf(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(address);
    socket.setEncoding("utf8").setTimeout(2000, () => socket.destroy());
    socket.on("data", (part: string) => {
      text += part;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text === "" ? undefined : text));
  });
}

function locked(folder: string, holder: string | undefined): ClassifierTrainingError {
  const who = holder === undefined ? "another process" : `process ${holder}`;
  return new ClassifierTrainingError("usage", "RUN_LOCKED", `${who} is training in this folder`, {
    where: folder,
    hint: "wait until it has ended, or give this run a folder of its own with hydra.run.dir=...",
  });
}
