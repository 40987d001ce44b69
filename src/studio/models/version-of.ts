// Which content a file has, as far as its size and time tell.
import { fileStamp } from "../../platform/index.ts";

/** Text that changes with the file. */
export function versionOf(path: string): string {
  const stamp = fileStamp(path);
  return `${path} ${stamp?.size} ${stamp?.modified}`;
}
