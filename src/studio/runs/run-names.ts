// How runs and studies are named to pages: by what their folder is called, which says nothing of where it lies.
import { createHash } from "node:crypto";
import { relative, sep } from "node:path";

/** A folder's name below the folder of runs, with slashes; "." is that folder itself. */
export function nameBelow(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, "/") || ".";
}

/** The id of a folder of that name. */
export function idOf(name: string): string {
  return createHash("sha256").update(name).digest("base64url").slice(0, 16);
}
