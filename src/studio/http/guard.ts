// Who may talk to the studio: the browser that was sent here with the token, and pages of the studio alone.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { ClassifierTrainingError } from "../../core/index.ts";

/** What a browser must show. */
export interface Guard {
  /** What the first address carries. */
  readonly token: string;
  /** The `Host`s by which the studio may be called, in lower case, with their ports. */
  readonly hosts: readonly string[];
  /** Cookies are of all ports of a machine: each studio has one of its own. */
  readonly cookie: string;
}

/** The path that takes the token and gives the cookie. */
export const ENTRANCE = "/open";

/** The query's name of the token. */
export const TOKEN = "token";

/** 256 random bits, as text that can stand in an address. */
export function drawToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Refuses every request that a page of another site, another name of this machine, or nobody with a token sends. */
export function guard({ token, hosts, cookie }: Guard): MiddlewareHandler {
  return async (c, next) => {
    const host = c.req.header("Host")?.toLowerCase();
    if (host === undefined || !hosts.includes(host)) {
      throw forbidden("HOST_FOREIGN", "the studio is not called by this name", `open http://${hosts[0]}`);
    }
    const origin = c.req.header("Origin");
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
      throw forbidden("ORIGIN_FOREIGN", "a page of another site asks");
    }
    const isEntrance = c.req.path === ENTRANCE && c.req.method === "GET";
    const site = c.req.header("Sec-Fetch-Site");
    const isLink = site === "none" || (isEntrance && c.req.header("Sec-Fetch-Mode") === "navigate");
    if (site !== undefined && site !== "same-origin" && !isLink) {
      throw forbidden("ORIGIN_FOREIGN", "a page of another site asks");
    }
    if (isEntrance) {
      if (!isSame(c.req.query(TOKEN), token)) throw unknown();
      setCookie(c, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      // The token leaves the address, and with it the history of the browser.
      return c.html(
        '<!doctype html><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;url=/"><title>Studio</title>',
      );
    }
    if (!isSame(getCookie(c, cookie), token)) throw unknown();
    const changes = c.req.method !== "GET" && c.req.method !== "HEAD";
    if (changes && origin === undefined && site === undefined && c.req.header(OWN_HEADER) === undefined) {
      throw forbidden("ORIGIN_FOREIGN", `a change says with ${OWN_HEADER} that it comes from the studio`);
    }
    return await next();
  };
}

/** What the studio's pages send with every change: no form of another page can. */
export const OWN_HEADER = "X-Studio";

/** Compares in a time that tells nothing. */
function isSame(given: string | undefined, token: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function forbidden(code: string, message: string, hint?: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", code, message, { hint });
}

function unknown(): ClassifierTrainingError {
  return forbidden(
    "TOKEN_WRONG",
    "this browser was not let in",
    "open the address that classifier-training studio printed when it started",
  );
}
