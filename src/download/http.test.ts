import { createServer, request as httpRequest, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { get, proxyFor } from "./http.ts";

describe("proxyFor", () => {
  const cases: [string, NodeJS.ProcessEnv, string | undefined][] = [
    ["http://a.example/x", {}, undefined],
    ["http://a.example/x", { HTTP_PROXY: "http://p:3128" }, "http://p:3128/"],
    ["http://a.example/x", { http_proxy: "p:3128" }, "http://p:3128/"],
    ["http://a.example/x", { http_proxy: "http://low", HTTP_PROXY: "http://up" }, "http://low/"],
    ["https://a.example/x", { HTTP_PROXY: "http://p" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "https://p" }, "https://p/"],
    ["https://a.example/x", { ALL_PROXY: "http://all" }, "http://all/"],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", NO_PROXY: "*" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", NO_PROXY: "b.example, a.example" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: ".example" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: "*.example" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: "example" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: "a.example:443" }, undefined],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: "a.example:80" }, "http://p/"],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", no_proxy: "ample" }, "http://p/"],
    ["https://a.example/x", { HTTPS_PROXY: "http://p", NO_PROXY: "" }, "http://p/"],
  ];
  it.each(cases)("of %s with %o is %s", (url, environment, expected) => {
    expect(proxyFor(new URL(url), environment)?.href).toBe(expected);
  });

  it("refuses other kinds of proxies", () => {
    expect(() => proxyFor(new URL("http://a/"), { http_proxy: "socks5://p" })).toThrow(/proxy/);
  });
});

describe("get through a proxy", () => {
  let origin: Server;
  let proxy: Server;
  let seen: string[];

  beforeEach(async () => {
    seen = [];
    origin = createServer((request, response) =>
      response.end(`origin ${request.url} for ${request.headers.host}`),
    );
    proxy = createServer((request, response) => {
      seen.push(`GET ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
      const onward = httpRequest(request.url!, { headers: { host: request.headers.host } }, (answer) =>
        answer.pipe(response),
      );
      onward.end();
    });
    proxy.on("connect", (request, socket: Socket) => {
      seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
      if (request.url!.startsWith("refused.")) return socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      const onward = connect(Number(request.url!.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      socket.on("error", () => onward.destroy());
      onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
      return undefined;
    });
    await Promise.all([origin, proxy].map(listen));
  });

  afterEach(async () => {
    for (const server of [origin, proxy]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const listen = (server: Server): Promise<void> =>
    new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const portOf = (server: Server): number => (server.address() as AddressInfo).port;

  async function body(url: string, environment: NodeJS.ProcessEnv): Promise<string> {
    const response = await get(new URL(url), { headers: {}, idleTimeout: 5000, environment });
    let text = "";
    for await (const chunk of response) text += chunk;
    return text;
  }

  it.each([
    ["p%40ss", "p@ss"],
    ["50%", "50%"],
    ["%zz%c3%a9", "%zzé"],
    ["é", "é"],
  ])("asks the proxy for the whole address, with its user and password %s", async (written, password) => {
    const url = `http://127.0.0.1:${portOf(origin)}/file`;
    const environment = { HTTP_PROXY: `http://me:${written}@127.0.0.1:${portOf(proxy)}` };
    expect(await body(url, environment)).toBe(`origin /file for 127.0.0.1:${portOf(origin)}`);
    const credentials = Buffer.from(`me:${password}`).toString("base64");
    expect(seen).toEqual([`GET ${url} Basic ${credentials}`]);
  });

  it("opens a tunnel for HTTPS", async () => {
    const secure = createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, (request, response) =>
      response.end(`secure ${request.url}`),
    );
    await listen(secure);
    // The certificate is the test's own; the variable is read at each connection.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      const environment = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
      expect(await body(`https://weights.example:${portOf(secure)}/file`, environment)).toBe("secure /file");
      expect(seen).toEqual([`CONNECT weights.example:${portOf(secure)}`]);
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      secure.closeAllConnections();
      secure.close();
    }
  });

  it("says that the proxy refuses", async () => {
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
    await expect(body("https://refused.example/file", environment)).rejects.toThrow(/proxy .* answers 403/);
  });
});

/** A self-signed pair that is used nowhere else. */
const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgY51jvLPo/CwvTp9V
VVYWfIXzDZYvpJEupHsZxwCkM8ChRANCAAQR4ImGMPGsWc7XgQFiVFsNzy6ryUcJ
dbqVcqn8NpfhASnTRsdfD+Gl5Nisyilv69AwYdK9dk5QntRHLrTnlKl+
-----END PRIVATE KEY-----`;
const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUYTUIW6FIbiAmSy48eYYycRxJRogwCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPd2VpZ2h0cy5leGFtcGxlMCAXDTI2MTEyMzEzMzYwMFoYDzIx
MjYxMDMwMTMzNjAwWjAaMRgwFgYDVQQDDA93ZWlnaHRzLmV4YW1wbGUwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAQR4ImGMPGsWc7XgQFiVFsNzy6ryUcJdbqVcqn8
NpfhASnTRsdfD+Gl5Nisyilv69AwYdK9dk5QntRHLrTnlKl+o1MwUTAdBgNVHQ4E
FgQUpIE/fhQL6y1K62R0gkZEVAJq8LgwHwYDVR0jBBgwFoAUpIE/fhQL6y1K62R0
gkZEVAJq8LgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBBIhdM
E5HVpdsfALoHB7QcEw3d+7UkKuvfhxidR9ylcgIhAKLuGuv0tz1lnLz8M2SrsnJ4
SZB+Yxt3RTudIyoGL4Mg
-----END CERTIFICATE-----`;
