// A GET request over HTTP or HTTPS that follows redirects and honours the proxy variables of the environment.
import { type ClientRequestArgs, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";

const MOST_REDIRECTS = 10;

/** What one request sends, how long it waits, and where the proxy variables are looked up. */
export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which the request fails. */
  readonly idleTimeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * The response to the last of up to ten redirects; its body has not been read.
 * A redirect from HTTPS to HTTP is refused.
 */
export async function get(url: URL, options: GetOptions): Promise<IncomingMessage> {
  let target = url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await getOnce(target, options);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode!) || location === undefined) return response;
    response.destroy();
    const next = new URL(location, target);
    if (next.protocol !== "https:" && (target.protocol === "https:" || next.protocol !== "http:")) {
      throw new Error(`${target.host} redirects to ${next.protocol}//${next.host}, which is refused`);
    }
    target = next;
  }
  throw new Error(`${url.host} redirects more than ${MOST_REDIRECTS} times`);
}

async function getOnce(url: URL, options: GetOptions): Promise<IncomingMessage> {
  const proxy = proxyFor(url, options.environment);
  const { headers, signal, idleTimeout } = options;
  const common: ClientRequestArgs = { headers, timeout: idleTimeout, ...(signal && { signal }) };
  if (url.protocol === "https:") {
    if (proxy === undefined) return send(httpsRequest(url, common), idleTimeout);
    const socket = await openTunnel(proxy, url, options);
    const createConnection = (): Socket => tlsConnect({ socket, servername: url.hostname });
    return send(httpsRequest(url, { ...common, createConnection }), idleTimeout);
  }
  if (proxy === undefined) return send(httpRequest(url, common), idleTimeout);
  const viaProxy = {
    ...common,
    path: url.href,
    headers: { ...headers, host: url.host, ...proxyAuthorization(proxy) },
  };
  return send(requestOf(proxy)(originOf(proxy), viaProxy), idleTimeout);
}

/** A socket through the proxy to the host of `url`. */
async function openTunnel(proxy: URL, url: URL, { idleTimeout, signal }: GetOptions): Promise<Socket> {
  const authority = `${url.hostname}:${url.port || 443}`;
  const request = requestOf(proxy)(originOf(proxy), {
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    timeout: idleTimeout,
    agent: false,
    ...(signal && { signal }),
  });
  return new Promise((resolve, reject) => {
    request.once("connect", (response, socket) => {
      if (response.statusCode === 200) resolve(socket as Socket);
      else {
        socket.destroy();
        reject(new Error(`the proxy ${proxy.host} answers ${response.statusCode} ${response.statusMessage}`));
      }
    });
    request.once("timeout", () => request.destroy(timedOut(`the proxy ${proxy.host} does not answer`)));
    request.on("error", reject);
    request.end();
  });
}

function send(request: ReturnType<typeof httpRequest>, idleTimeout: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const seconds = Math.ceil(idleTimeout / 1000);
    request.once("timeout", () => request.destroy(timedOut(`nothing was received for ${seconds} s`)));
    request.on("error", reject);
    request.once("response", resolve);
    request.end();
  });
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: "ETIMEDOUT" });
}

/**
 * The proxy for a request: HTTPS_PROXY or HTTP_PROXY by the URL's scheme, else ALL_PROXY, in lower or upper
 * case, unless NO_PROXY names the host (`*`, a host, `.suffix`, with an optional port).
 */
export function proxyFor(url: URL, environment: NodeJS.ProcessEnv): URL | undefined {
  const variable = (name: string): string => environment[name] || environment[name.toUpperCase()] || "";
  const proxy = variable(url.protocol === "https:" ? "https_proxy" : "http_proxy") || variable("all_proxy");
  if (proxy === "") return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const excluded = variable("no_proxy")
    .split(/[\s,]+/)
    .some((rule) => {
      const [, host, rulePort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(rule.toLowerCase())!;
      if (rule === "" || (rulePort !== undefined && rulePort !== port)) return false;
      return rule === "*" || url.hostname === host || url.hostname.endsWith(`.${host}`);
    });
  if (excluded) return undefined;
  const address = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (!URL.canParse(address) || !/^https?:/.test(address)) {
    throw new Error("the proxy in the environment is not an http:// or https:// address");
  }
  return new URL(address);
}

function requestOf(proxy: URL): typeof httpRequest {
  return proxy.protocol === "https:" ? httpsRequest : httpRequest;
}

/** Without user and password, which `request` would send to the target as its own. */
function originOf(proxy: URL): URL {
  return new URL(proxy.origin);
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === "") return {};
  const credentials = percentDecoded(`${proxy.username}:${proxy.password}`);
  return { "proxy-authorization": `Basic ${credentials.toString("base64")}` };
}

/** The bytes of a part of a `URL`, which is ASCII; a `%` that no two hexadecimal digits follow stands for itself. */
function percentDecoded(text: string): Buffer {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 16)),
  );
  return Buffer.from(bytes, "latin1");
}
