// A socket that speaks HTTP and outlives bad clients: what is slow, too large or no HTTP at all gets its answer, or none.
import { createServer, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ClassifierTrainingError } from "../../core/index.ts";
import { answerTo, requestError } from "../errors.ts";
import type { ServeOptions } from "../options.ts";
import { closeLingering } from "./lingering-close.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 15_000;
/** How often what takes too long is looked for. */
const CHECKING_MS = 1000;
const MOST_HEADERS = 100;
const MOST_CONNECTIONS = 2048;

type Fetch = Parameters<typeof getRequestListener>[0];

/** A server that does not listen yet. */
export function createHttpServer(
  fetch: Fetch,
  { bodyTimeoutMs, deadlineMs }: Pick<ServeOptions, "bodyTimeoutMs" | "deadlineMs">,
): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // The reader of bodies has a timer of its own, which says more.
      requestTimeout: HEADERS_TIMEOUT_MS + bodyTimeoutMs,
      connectionsCheckingInterval: CHECKING_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    getRequestListener(fetch, {
      // For what has no Host; nothing is made of it.
      hostname: "localhost",
      overrideGlobalObjects: false,
      errorHandler: () => answerInvalid("the request's address is not valid"),
    }),
  );
  server.maxHeadersCount = MOST_HEADERS;
  server.maxConnections = MOST_CONNECTIONS;
  server.setTimeout(HEADERS_TIMEOUT_MS + bodyTimeoutMs + deadlineMs);
  server.on("connection", closeLingering);
  refuseBadClients(server);
  return server;
}

/** Answers what is no HTTP, or too slow, where no answer of another request could be mistaken for it. */
function refuseBadClients(server: Server): void {
  const underWay = new WeakMap<Socket, number>();
  server.on("request", ({ socket }, response) => {
    underWay.set(socket, (underWay.get(socket) ?? 0) + 1);
    response.on("close", () => underWay.set(socket, underWay.get(socket)! - 1));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket;
    // Has its answer, and is read until it is gone.
    if (socket.writableEnded) return;
    if (!socket.writable || error.code === "ECONNRESET" || (underWay.get(socket) ?? 0) > 0) {
      socket.destroy();
      return;
    }
    const { status, body } = answerTo(clientErrorOf(error.code));
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "Connection: close",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${text}`);
    socket.destroySoon();
  });
}

function clientErrorOf(code: string | undefined): Error {
  if (code === "HPE_HEADER_OVERFLOW") return requestError("HEADERS_TOO_LARGE", "the headers are too large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT")
    return requestError("REQUEST_TIMEOUT", "the request did not arrive in time");
  return requestError("REQUEST_INVALID", "this is not a request in HTTP/1.1");
}

function answerInvalid(message: string): Response {
  const { status, body } = answerTo(requestError("REQUEST_INVALID", message));
  return Response.json(body, { status, headers: { Connection: "close" } });
}

/**
 * Begins to listen.
 * @throws ClassifierTrainingError kind "usage": `PORT_IN_USE`, `ADDRESS_UNUSABLE`
 */
export function listen(server: Server, { host, port }: Pick<ServeOptions, "host" | "port">): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const taken = new ClassifierTrainingError("usage", "PORT_IN_USE", "another program listens here", {
        where,
        hint: "choose another --port; 0 is any that is free",
      });
      const message = `cannot listen here: ${error.code ?? error.message}`;
      const unusable = new ClassifierTrainingError("usage", "ADDRESS_UNUSABLE", message, {
        where,
        hint: "choose --host among this machine's addresses, and a --port that this user may use",
      });
      reject(error.code === "EADDRINUSE" ? taken : unusable);
    });
    server.listen({ host, port }, resolve);
  });
}

/** Such as `http://127.0.0.1:8080`, of a server that listens. */
export function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}
