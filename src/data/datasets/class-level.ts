// Which folder of a tree of folders names the class of the pictures in it.
import { compareCodePoints } from "../../core/index.ts";
import type { PictureFolder } from "../files/find-pictures.ts";

/**
 * `top`: the first folder of a picture's path; `leaf`: the folder it lies in; `path`: all folders of its path, such as
 * `Fruit/Apple/Golden-Delicious`; a number: the first so many of them.
 */
export type ClassLevel = "top" | "leaf" | "path" | number;

/** The class of the pictures in the folder at `path`. */
export function classAt(path: string, level: ClassLevel): string {
  if (level === "path") return path;
  const parts = path.split("/");
  if (level === "leaf") return parts.at(-1)!;
  return parts.slice(0, level === "top" ? 1 : level).join("/");
}

/** One line where folders lie in folders and nobody has said which of them are the classes. */
export function levelNotice(where: string, folders: readonly PictureFolder[]): string[] {
  const paths = folders.filter(({ pictures }) => pictures.length > 0).map(({ path }) => path);
  const top = new Set(paths.map((path) => classAt(path, "top"))).size;
  if (paths.length === top) return [];
  return [
    `${where}: pictures lie in folders of folders: the ${top} top ones are the classes, not the ${paths.length} that hold pictures; data.class_level=path or leaf takes these, data.class_level=top says that it is right`,
  ];
}

/** One line for every name that several folders have, which make one class of it. */
export function sharedLeaves(where: string, folders: readonly PictureFolder[]): string[] {
  const pathsOf = new Map<string, string[]>();
  for (const { path, pictures } of folders) {
    if (pictures.length === 0) continue;
    const name = classAt(path, "leaf");
    pathsOf.set(name, [...(pathsOf.get(name) ?? []), path]);
  }
  return [...pathsOf]
    .filter(([, paths]) => paths.length > 1)
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(
      ([name, paths]) =>
        `${where}: ${paths.join(" and ")} are one class, "${name}"; data.class_level=path keeps them apart`,
    );
}
