// Lets the event loop go on in the middle of long work.

/** Resolves after events that wait, such as timers and messages, had their turn. */
export async function nextTask(): Promise<void> {
  await new Promise(setImmediate);
}
