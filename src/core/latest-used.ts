// A map that keeps what was used latest.

/** At most `limit` entries; the one that was not used for longest makes room for a new one. */
export class LatestUsed<K, V> {
  readonly #limit: number;
  readonly #drop: (value: V) => unknown;
  readonly #entries = new Map<K, V>();

  /** @param drop is given what is taken out to make room */
  constructor(limit: number, drop: (value: V) => unknown) {
    this.#limit = limit;
    this.#drop = drop;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The entry of `key`, made by `create` where there is none. */
  get(key: K, create: () => V): V {
    const known = this.#entries.get(key);
    const value = this.#entries.has(key) ? known! : create();
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const [oldest, dropped] of this.#entries) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#drop(dropped);
    }
    return value;
  }

  /** Takes an entry out, without dropping it. */
  forget(key: K): void {
    this.#entries.delete(key);
  }

  /** Takes all entries out, without dropping them. */
  clear(): V[] {
    const values = [...this.#entries.values()];
    this.#entries.clear();
    return values;
  }
}
