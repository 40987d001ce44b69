// Names in less room than they take.

/**
 * `name` in at most `room` characters, at least one and `…`. Of a name like a path the end says most: folders are left
 * out first; of other names, and of a last part that is too long, the beginning stays.
 */
export function shorten(name: string, room: number): string {
  if ([...name].length <= room) return name;
  const parts = name.split("/");
  for (let left = 1; left < parts.length; left++) {
    const rest = ["…", ...parts.slice(left)].join("/");
    if ([...rest].length <= room) return rest;
  }
  const last = [...parts.at(-1)!];
  return last.length <= room ? last.join("") : `${last.slice(0, Math.max(1, room - 1)).join("")}…`;
}
