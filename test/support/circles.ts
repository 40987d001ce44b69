// Circles in a graph of imports.

/**
 * The strongly connected components of more than one member (Tarjan, 1972), each and all of them sorted.
 * @param targets what each member points to
 */
export function circlesOf(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  /** The earliest member that is reached from `member` and not yet of a component. */
  const visit = (member: string): number => {
    const place = order.size;
    order.set(member, place);
    open.push(member);
    let earliest = place;
    for (const next of targets.get(member) ?? []) {
      const known = order.get(next);
      if (known === undefined) earliest = Math.min(earliest, visit(next));
      else if (open.includes(next)) earliest = Math.min(earliest, known);
    }
    if (earliest === place) {
      const component = open.splice(open.indexOf(member));
      if (component.length > 1) circles.push(component.sort());
    }
    return earliest;
  };
  for (const member of targets.keys()) if (!order.has(member)) visit(member);
  return circles.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
}
