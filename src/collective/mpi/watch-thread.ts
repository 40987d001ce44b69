// The thread that knows whether the other processes are alive: a star of connections around process 0, with heartbeats. It
// goes on while the main thread computes, waits or hangs.
import { writeSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadMessage, ThreadReply, WatchData } from "./watch.ts";

/** Milliseconds between two heartbeats. */
const BEAT = 1000;
/** Milliseconds without one after which a process is taken to be lost. */
const SILENCE = 15_000;
/** Milliseconds that the main thread has to end the process when another one is lost. */
const GRACE = 10_000;
/** Milliseconds that process 0 is looked for. */
const CONNECTING = 20_000;

/** What is said over a connection, as lines of JSON. */
type Message =
  | { readonly token: string; readonly rank: number; readonly host: string }
  | { readonly at: number }
  | { readonly ended: string; readonly error: number }
  | { readonly bye: true };

/** Another process, as far as it is heard of. */
interface Peer {
  readonly socket: Socket;
  rank: number;
  host: string;
  heard: number;
  /** Operations that it has begun, and since when it is at this one. */
  at: number;
  since: number;
  gone: boolean;
}

const { rank, token, state, text, limit } = workerData as WatchData;
const port = parentPort!;
const peers: Peer[] = [];
let closing = false;
let ended = false;

const now = (): number => performance.now();
/** Operations that this process has begun. */
const ownAt = (): number => Atomics.load(state, 1);
const reply = (message: ThreadReply): void => port.postMessage(message);

/** Another process has ended, or is taken to have: said once, and the main thread is told where it looks. */
function end(line: string, error = 0): void {
  if (ended || closing) return;
  ended = true;
  for (const peer of peers) send(peer, { ended: line, error });
  const bytes = new TextEncoder().encode(line).subarray(0, text.length);
  text.set(bytes);
  Atomics.store(state, 2, bytes.length);
  Atomics.store(state, 3, error);
  Atomics.store(state, 0, 1);
  writeSync(2, `error: ${line}\n`);
  reply("ended");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE);
}

function send({ socket, gone }: Peer, message: Message): void {
  if (!gone && !socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

/** Listens to a connection; `known` once it has said who it is. */
function listen(socket: Socket, peerRank: number, host: string, known: () => void): Peer {
  const peer: Peer = { socket, rank: peerRank, host, heard: now(), at: 0, since: now(), gone: false };
  let rest = "";
  socket.setEncoding("utf8").setNoDelay(true);
  socket.on("data", (part: string) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) receive(peer, JSON.parse(line) as Message, known);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (peer.rank >= 0 && !peer.gone) end(`process ${peer.rank} on ${peer.host} has ended`);
    peer.gone = true;
  });
  return peer;
}

function receive(peer: Peer, message: Message, known: () => void): void {
  peer.heard = now();
  if ("token" in message) {
    if (message.token !== token) {
      peer.socket.destroy();
      return;
    }
    peer.rank = message.rank;
    peer.host = message.host;
    known();
  } else if ("ended" in message) end(message.ended, message.error);
  else if ("bye" in message) peer.gone = true;
  else if (message.at !== peer.at) {
    peer.at = message.at;
    peer.since = now();
  }
}

/** Whom process 0 waits for: the one that is behind the others for too long. */
function lookForLaggard(): void {
  const [at, since] = [ownAt(), ownSince()];
  const all = [{ rank: 0, host: "", at, since }, ...peers];
  const furthest = Math.max(...all.map((one) => one.at));
  const late = all.find((one) => one.at < furthest && now() - one.since > limit);
  if (late === undefined) return;
  const where = late.rank === 0 ? "" : ` on ${late.host}`;
  const minutes = Math.round(limit / 60_000);
  end(`process ${late.rank}${where} has kept the others waiting for ${minutes} minutes`);
}

let [lastAt, lastSince] = [0, now()];
function ownSince(): number {
  if (ownAt() !== lastAt) [lastAt, lastSince] = [ownAt(), now()];
  return lastSince;
}

/** Heartbeats, and silences that are too long; a thread that was itself held up has heard nobody, and begins anew. */
let lastBeat = now();
function beat(): void {
  const heldUp = now() - lastBeat > SILENCE / 2;
  lastBeat = now();
  for (const peer of peers) {
    send(peer, { at: ownAt() });
    if (heldUp) peer.heard = now();
    if (!peer.gone && now() - peer.heard > SILENCE)
      end(`process ${peer.rank} on ${peer.host} has not answered for ${SILENCE / 1000} s`);
  }
  if (rank === 0) lookForLaggard();
}

function serve(): void {
  const server = createServer((socket) => {
    const peer = listen(socket, -1, "", () => peers.push(peer));
  });
  server.listen(0, () => reply({ port: (server.address() as { port: number }).port }));
  server.unref();
}

/** Tries the addresses of process 0 one after the other. */
function reach(addresses: readonly string[], number: number, host: string, own: string): void {
  const began = now();
  const attempt = (i: number): void => {
    if (now() - began > CONNECTING) {
      reply("alone");
      return;
    }
    const socket = connect({ host: addresses[i % addresses.length]!, port: number, timeout: 2000 });
    const next = (): void => {
      socket.destroy();
      setTimeout(() => attempt(i + 1), 100);
    };
    socket.once("error", next).once("timeout", next);
    socket.once("connect", () => {
      socket.off("error", next).off("timeout", next).setTimeout(0);
      const peer = listen(socket, 0, host, () => undefined);
      peers.push(peer);
      send(peer, { token, rank, host: own } as Message);
      reply("watching");
    });
  };
  attempt(0);
}

port.on("message", (message: ThreadMessage) => {
  if (message.kind === "serve") serve();
  else if (message.kind === "reach") reach(message.addresses, message.port, message.host, message.own);
  else if (message.kind === "fail") {
    // This process tells its own error.
    if (ended) return;
    ended = true;
    for (const peer of peers) send(peer, { ended: message.line, error: message.error });
    setTimeout(() => reply("told"), 100);
  } else {
    closing = true;
    for (const peer of peers) send(peer, { bye: true });
    setTimeout(() => reply("told"), 0);
    // What the main thread still does must not hang either: the library waits until all have come to their end.
    setTimeout(() => {
      writeSync(2, `error: process ${rank} is done, but another one does not end [COLLECTIVE_FAILED]\n`);
      process.kill(process.pid, "SIGKILL");
    }, GRACE * 2);
  }
});
setInterval(beat, BEAT);
