// Waits for shared memory without holding up the thread.

/** Until the first element is not this one any more, or somebody notifies. */
export async function changed(shared: Int32Array, from: number): Promise<void> {
  const { waitAsync } = Atomics as unknown as {
    waitAsync(array: Int32Array, index: number, value: number): { value: Promise<string> | string };
  };
  await waitAsync(shared, 0, from).value;
}
