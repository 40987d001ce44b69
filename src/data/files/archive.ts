// A .zip or .tar of pictures, read in place: only its list of files is kept in memory.
import { ClassifierTrainingError } from "../../core/index.ts";
import { MemberTree } from "./member-tree.ts";
import { listTar } from "./tar.ts";
import { listZip } from "./zip.ts";

/** The tree of an archive; undefined where the name does not end like an archive's. */
export async function openArchive(path: string): Promise<MemberTree | undefined> {
  const name = path.toLowerCase();
  if (name.endsWith(".zip")) return new MemberTree(path, await listZip(path));
  if (name.endsWith(".tar")) return new MemberTree(path, await listTar(path));
  if (/\.(tgz|tar\.\w+)$/.test(name)) {
    throw new ClassifierTrainingError("data", "ARCHIVE", "a compressed tar cannot be read in place", {
      where: path,
      hint: "unpack it, or make it a .tar or .zip",
    });
  }
  return undefined;
}
