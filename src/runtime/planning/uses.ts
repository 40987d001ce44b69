// Who uses what in a program.
import type { BoundNode, BoundProgram, BoundValue } from "../../graph/index.ts";

/** The nodes that use each value, and the values that are results. */
export class Uses {
  readonly #users = new Map<BoundValue, BoundNode[]>();
  readonly #results: Set<BoundValue>;

  constructor(program: BoundProgram) {
    for (const node of program.nodes) {
      for (const input of new Set(node.inputs)) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [node]);
        else users.push(node);
      }
    }
    this.#results = new Set([
      ...Object.values(program.outputs),
      ...program.updates.map(({ value }) => value),
    ]);
  }

  of(value: BoundValue): readonly BoundNode[] {
    return this.#users.get(value) ?? [];
  }

  isResult(value: BoundValue): boolean {
    return this.#results.has(value);
  }

  /** The one node that uses the value, where nothing else does and no result is made of it. */
  only(value: BoundValue): BoundNode | undefined {
    const users = this.of(value);
    return users.length === 1 && !this.isResult(value) ? users[0] : undefined;
  }
}
