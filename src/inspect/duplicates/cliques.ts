// Groups by complete linkage: in a group everything is linked to everything, never by a chain.

/** Two things that belong together, by their numbers; which is first is of no account. */
export interface Link {
  readonly first: number;
  readonly second: number;
}

/**
 * Groups such that each of `links` is within at least one of them, and that every two members of a group are linked by
 * one of `links` or of `others`. Greedy: strong links first, and each group as large as it grows from its first link.
 *
 * @param links strongest first
 */
export function cliques(links: readonly Link[], others: readonly Link[] = []): number[][] {
  const neighbours = new Map<number, Set<number>>();
  const connect = (a: number, b: number): void => {
    const known = neighbours.get(a);
    if (known === undefined) neighbours.set(a, new Set([b]));
    else known.add(b);
  };
  for (const { first, second } of [...links, ...others]) {
    connect(first, second);
    connect(second, first);
  }
  const covered = new Set<string>();
  const groups: number[][] = [];
  for (const { first, second } of links) {
    if (covered.has(keyOf(first, second))) continue;
    const group = [first, second];
    for (const candidate of neighbours.get(first)!) {
      if (candidate !== second && group.every((member) => neighbours.get(member)!.has(candidate)))
        group.push(candidate);
    }
    for (const a of group) for (const b of group) covered.add(keyOf(a, b));
    groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}

const keyOf = (a: number, b: number): string => `${a} ${b}`;
