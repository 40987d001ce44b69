// Which file systems are elsewhere: those on which locks of files cannot be relied upon.
import { statfs } from "node:fs/promises";

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
  [0x65735546, "FUSE"],
]);

/** The kind of network file system that a folder lies on; undefined: on none, or it cannot be told here. */
export async function networkFileSystem(
  folder: string,
  typeOf: (folder: string) => Promise<number> = async (path) => (await statfs(path)).type,
): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  return REMOTE.get((await typeOf(folder)) >>> 0);
}
