// Which file systems are elsewhere: those on which locks of files cannot be relied upon.
import { readFile, realpath, statfs } from "node:fs/promises";

/** Programs as file systems: sshfs, s3fs, rclone and the like, but also disks with a format that Linux itself does not know. */
const FUSE = 0x65735546;

/** Linux's numbers of file systems (statfs(2)). */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x00c36400, "Ceph"],
  [0x19830326, "BeeGFS"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
  [0xaad7aaea, "PanFS"],
  [0x65735543, "FUSE"],
  [FUSE, "FUSE"],
]);

/** The kind of network file system that a folder lies on; undefined: on none, or it cannot be told here. */
export async function networkFileSystem(
  folder: string,
  typeOf: (folder: string) => Promise<number> = async (path) => (await statfs(path)).type,
): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const type = (await typeOf(folder)) >>> 0;
  if (type !== FUSE) return REMOTE.get(type);
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  const kind = mountKind(mounts, await realpath(folder));
  // A disk of this machine has a device behind it.
  return kind === "fuseblk" ? undefined : kind;
}

/** The kind of the mount that a folder lies on, as /proc/self/mountinfo names it (proc_pid_mountinfo(5)). */
export function mountKind(mounts: string, folder: string): string {
  const found = mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(({ length }) => length > 6)
    .map((words) => ({ at: unescaped(words[4]!), kind: words[words.indexOf("-", 6) + 1]! }))
    .filter(({ at }) => folder === at || folder.startsWith(at === "/" ? at : `${at}/`))
    // Of mounts at one place the last one covers the others.
    .reduce((deepest, mount) => (mount.at.length >= deepest.at.length ? mount : deepest), {
      at: "",
      kind: "FUSE",
    });
  return found.kind;
}

/** Spaces and the like stand there as octal numbers. */
const unescaped = (text: string): string =>
  text.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
