// Names by pattern: `*` any text, `?` one character, `[abc]` and `[!a-z]` sets; in time linear in each star's reach.

/** Whether the whole `name` fits the pattern. */
export function matchesGlob(pattern: string, name: string): boolean {
  const parts = pattern.match(/\[!?\][^\]]*\]|\[!?[^\]]+\]|[\s\S]/g) ?? [];
  let part = 0;
  let star = -1;
  let resume = 0;
  for (let at = 0; at < name.length; ) {
    const current = parts[part];
    if (current === "*") {
      star = part++;
      resume = at;
    } else if (current !== undefined && matchesOne(current, name[at]!)) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (parts[part] === "*") part++;
  return part === parts.length;
}

function matchesOne(part: string, char: string): boolean {
  if (part === "?") return true;
  if (part.length === 1) return part === char;
  const negated = part[1] === "!";
  const members = part.slice(negated ? 2 : 1, -1);
  let found = false;
  for (let i = 0; i < members.length; i++) {
    if (members[i + 1] === "-" && i + 2 < members.length) {
      found ||= members[i]! <= char && char <= members[i + 2]!;
      i += 2;
    } else {
      found ||= members[i] === char;
    }
  }
  return found !== negated;
}
