// Files and folders that programs leave beside pictures: they are neither pictures nor classes.

/** In lower case: of macOS, Windows, Synology and QNAP, of archives and file systems, of Python. */
const NAMES: ReadonlySet<string> = new Set([
  "__macosx",
  "thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
  "$recycle.bin",
  "system volume information",
  "@eadir",
  "@recycle",
  "#recycle",
  "#snapshot",
  "lost+found",
  "__pycache__",
]);

/** Whether a name is that of a tool's file or folder: one of these, or hidden, such as `.ipynb_checkpoints` and `.git`. */
export function isToolEntry(name: string): boolean {
  return name.startsWith(".") || NAMES.has(name.toLowerCase());
}
