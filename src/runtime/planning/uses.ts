// Who uses what in a program.
import type { Node, Program, Value } from "../../graph/index.ts";

/** The nodes that use each value, and the values that are results. */
export class Uses {
  readonly #users = new Map<Value, Node[]>();
  readonly #results: Set<Value>;

  constructor(program: Program) {
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

  of(value: Value): readonly Node[] {
    return this.#users.get(value) ?? [];
  }

  isResult(value: Value): boolean {
    return this.#results.has(value);
  }

  /** The one node that uses the value, where nothing else does and no result is made of it. */
  only(value: Value): Node | undefined {
    const users = this.of(value);
    return users.length === 1 && !this.isResult(value) ? users[0] : undefined;
  }
}
