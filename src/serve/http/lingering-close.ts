// Closes connections so that clients read the answer: closed with bytes unread, a connection is reset, and a reset may overtake it.
import type { Socket } from "node:net";

/** How long a client may go on with what nobody reads, and how long it may say nothing: nginx's defaults. */
const [MOST_MS, QUIET_MS] = [30_000, 5000];

/**
 * From now on the connection is closed as by nginx's `lingering_close`: after the last answer only the server's side is, and what the
 * client still sends is read and forgotten, until it closes its own, is quiet or takes too long.
 */
export function closeLingering(socket: Socket): void {
  socket.destroySoon = () => {
    if (socket.writableEnded) return;
    socket.end();
    socket.resume();
    // At which the server destroys it.
    socket.setTimeout(QUIET_MS);
    const timer = setTimeout(() => socket.destroy(), MOST_MS);
    socket.once("close", () => clearTimeout(timer));
  };
}
