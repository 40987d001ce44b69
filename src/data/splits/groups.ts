// Pictures that belong together.

/** The positions of each group's pictures, by the first of them. */
export function groupMembers(groups: readonly string[]): number[][] {
  const membersOf = new Map<string, number[]>();
  for (const [index, group] of groups.entries()) {
    const members = membersOf.get(group);
    if (members === undefined) membersOf.set(group, [index]);
    else members.push(index);
  }
  return [...membersOf.values()];
}
