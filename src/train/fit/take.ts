// The first batches of a source.

/** The first `count` items of `source`, which is closed then. */
export async function* take<T>(source: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count <= 0) return;
  let taken = 0;
  for await (const item of source) {
    yield item;
    if (++taken === count) return;
  }
}
