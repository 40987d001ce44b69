// Lets a client that was refused in the middle of its body finish, so that it reads the answer instead of meeting a reset.
import type { IncomingMessage } from "node:http";

const MOST_BYTES = 64e6;
const MOST_MS = 5000;

/** Reads what is left of a body and forgets it; resolves at its end, or where it takes too much or too long. */
export function discardBody(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    const count = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) settle();
    };
    const settle = (): void => {
      clearTimeout(timer);
      incoming.off("data", count).off("end", settle).off("close", settle).pause();
      resolve();
    };
    const timer = setTimeout(settle, MOST_MS);
    // Listened to for good: an error that nobody hears ends the process.
    incoming.on("error", settle);
    incoming.on("data", count).on("end", settle).on("close", settle).resume();
  });
}
