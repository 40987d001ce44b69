// Lets a process get a signal at a moment of its own choosing.

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGUSR1" | "SIGKILL";

/** Sends this process a signal; resolves when its listeners have been called. */
export async function receive(signal: StopSignal): Promise<void> {
  // Listening for signals alone does not keep a process alive.
  const alive = setInterval(() => undefined, 1000);
  const arrived = new Promise((resolve) => process.once(signal, resolve));
  process.kill(process.pid, signal);
  await arrived;
  clearInterval(alive);
}
