// Two hosts on this machine: network namespaces with a link between them, each with a name of its own. Where that cannot be had, the
// reason.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noMpirun } from "../collective/mpirun.ts";

/** Why there are no hosts; undefined: there are. */
export const noHosts: string | undefined = reason();

function reason(): string | undefined {
  const missing = missingPart();
  if (missing !== undefined) console.log(`tests with several hosts are skipped: ${missing}`);
  return missing;
}

function missingPart(): string | undefined {
  if (noMpirun !== undefined) return noMpirun;
  if (process.getuid?.() !== 0) return "network namespaces are root's";
  const name = `classifier-training-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { stdio: "pipe" });
    execFileSync("ip", ["netns", "exec", name, "unshare", "--uts", "true"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `no network namespaces (apt-get install iproute2): ${(error as Error).message.split("\n")[1] ?? error}`;
  } finally {
    try {
      execFileSync("ip", ["netns", "del", name], { stdio: "pipe" });
    } catch {
      // It was not made.
    }
  }
}

/** The network device of each. */
const DEVICE = "veth0";

/** Two hosts, `north` and `south`. Disposing of them removes them. */
export interface TestHosts extends Disposable {
  /** Words that start `command` on both as one process each: mpirun on the first. */
  together(...command: readonly string[]): string[];
  /** What cuts the link, for the shell of the second. */
  readonly cut: string;
}

/** Makes them. */
export function startHosts(): TestHosts {
  const folder = mkdtempSync(join(tmpdir(), "classifier-training-hosts-"));
  const id = process.pid;
  const [north, south] = [`ct-north-${id}`, `ct-south-${id}`];
  const [first, second] = ["10.254.77.1", "10.254.77.2"];
  const ip = (...words: string[]): void => void execFileSync("ip", words, { stdio: "pipe" });
  for (const name of [north, south]) ip("netns", "add", name);
  ip("link", "add", "name", DEVICE, "netns", north, "type", "veth", "peer", "name", DEVICE, "netns", south);
  for (const [name, address] of [
    [north, first],
    [south, second],
  ] as const) {
    ip("-n", name, "address", "add", `${address}/24`, "dev", DEVICE);
    for (const device of ["lo", DEVICE]) ip("-n", name, "link", "set", device, "up");
  }
  // What mpirun starts its processes on other hosts by: the address, then a command.
  const agent = join(folder, "agent");
  const on = (namespace: string, name: string): string =>
    `exec ip netns exec ${namespace} unshare --uts sh -c 'hostname ${name}; exec "$@"' sh`;
  writeFileSync(
    agent,
    `#!/bin/sh\nhost=$1\nshift\n[ "$host" = ${second} ] || exit 1\n${on(south, "south")} sh -c "$*"\n`,
    { mode: 0o755 },
  );
  const starter = join(folder, "starter");
  writeFileSync(starter, `#!/bin/sh\n${on(north, "north")} "$@"\n`, { mode: 0o755 });
  return {
    together: (...command) => [
      ...[starter, "mpirun", "--host", `${first},${second}`, "-n", "2", "--bind-to", "none"],
      ...["--mca", "plm_rsh_agent", agent, ...command],
    ],
    cut: `ip link set ${DEVICE} down`,
    [Symbol.dispose]: () => {
      for (const name of [north, south]) ip("netns", "del", name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
