// What the configuration's files say about a value: the comment above the line that sets it first.
import { readFile } from "node:fs/promises";
import type { ConfigNode } from "../../../config/index.ts";

/** Comments of files, which are read once. */
export class Comments {
  readonly #files = new Map<string, Promise<readonly string[]>>();

  /** Without the marks, on one line; empty where there is none. */
  async of({ origins }: ConfigNode): Promise<string> {
    const first = origins.find(({ source, line }) => line !== undefined && /\.ya?ml$/.test(source));
    if (first === undefined) return "";
    const lines = await this.#linesOf(first.source);
    return commentAbove(lines, first.line! - 1);
  }

  /** What stands at the head of a file, behind the line that shows its command. */
  async atHeadOf(path: string): Promise<string> {
    const lines = await this.#linesOf(path);
    const end = lines.findIndex((line) => !line.startsWith("#"));
    return joined(lines.slice(0, end).filter((line) => !/^# (@package|classifier-training )/.test(line)));
  }

  #linesOf(path: string): Promise<readonly string[]> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const read = readFile(path, "utf8").then(
      (text) => text.split(/\r?\n/),
      () => [],
    );
    this.#files.set(path, read);
    return read;
  }
}

/** Comment lines directly above, as far in as the line itself. */
function commentAbove(lines: readonly string[], line: number): string {
  const indent = /^ */.exec(lines[line] ?? "")![0];
  let start = line;
  while (start > 0 && lines[start - 1]!.startsWith(`${indent}#`)) start--;
  // The comment at the head of a file is about the file.
  if (start === 0) return "";
  return joined(lines.slice(start, line));
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => line.trim().replace(/^#\s?/, "")).join(" ");
}
