// Who is let in, and who is not.
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { refuse } from "./answers.ts";
import { drawToken, guard, OWN_HEADER } from "./guard.ts";

const TOKEN = "a-token-of-some-length";
const HOST = "127.0.0.1:4000";

const app = new Hono()
  .use(guard({ token: TOKEN, hosts: [HOST, "localhost:4000"], cookie: "studio-4000" }))
  .all("*", (c) => c.text("in"))
  .onError((error, c) => refuse(error, c, () => undefined));

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a browser with the cookie sends, unless `headers` say otherwise; an empty one is left out. */
async function answer({ path = "/", method = "GET", headers = {} }: Asked): Promise<string> {
  const all = { Host: HOST, Cookie: `studio-4000=${TOKEN}`, ...headers };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
  const response = await app.request(`http://${HOST}${path}`, { method, headers: sent });
  if (response.ok) return await response.text();
  const { error } = (await response.json()) as { error: { code: string } };
  return `${response.status} ${error.code}`;
}

describe("a request is let in", () => {
  test.each<readonly [string, Asked]>([
    ["with the cookie", {}],
    ["by another name of this machine", { headers: { Host: "LOCALHOST:4000" } }],
    ["that a person typed", { headers: { "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate" } }],
    ["of the studio's own page", { headers: { "Sec-Fetch-Site": "same-origin", Origin: `http://${HOST}` } }],
    ["that changes something, from a page", { method: "POST", headers: { Origin: `http://${HOST}` } }],
    ["that changes something, by its header", { method: "POST", headers: { [OWN_HEADER]: "1" } }],
  ])("%s", async (_, asked) => expect(await answer(asked)).toBe("in"));
});

describe("a request is refused", () => {
  const foreign = "403 ORIGIN_FOREIGN";
  test.each<readonly [string, Asked, string]>([
    ["without a cookie", { headers: { Cookie: "" } }, "401 TOKEN_WRONG"],
    ["with another cookie", { headers: { Cookie: "studio-4000=another" } }, "401 TOKEN_WRONG"],
    ["with the cookie of another studio", { headers: { Cookie: `studio-4001=${TOKEN}` } }, "401 TOKEN_WRONG"],
    [
      "with the token in the address of anything else",
      { path: `/?token=${TOKEN}`, headers: { Cookie: "" } },
      "401 TOKEN_WRONG",
    ],
    ["at the entrance without the token", { path: "/open" }, "401 TOKEN_WRONG"],
    ["at the entrance with another", { path: "/open?token=x", headers: { Cookie: "" } }, "401 TOKEN_WRONG"],
    [
      "at the entrance, to change something",
      { path: `/open?token=${TOKEN}`, method: "POST", headers: { Cookie: "" } },
      "401 TOKEN_WRONG",
    ],
    ["by a name that was rebound", { headers: { Host: "evil.example:4000" } }, "403 HOST_FOREIGN"],
    [
      "at the entrance, by a name that was rebound",
      { path: `/open?token=${TOKEN}`, headers: { Host: "evil.example:4000" } },
      "403 HOST_FOREIGN",
    ],
    ["without a name", { headers: { Host: "" } }, "403 HOST_FOREIGN"],
    ["at another port", { headers: { Host: "127.0.0.1:80" } }, "403 HOST_FOREIGN"],
    ["from another page", { headers: { Origin: "http://evil.example" } }, foreign],
    ["from another port of this machine", { headers: { Origin: "http://127.0.0.1:4001" } }, foreign],
    ["from a file or a sandbox", { headers: { Origin: "null" } }, foreign],
    ["from another page that sends no origin", { headers: { "Sec-Fetch-Site": "cross-site" } }, foreign],
    ["from another port that sends no origin", { headers: { "Sec-Fetch-Site": "same-site" } }, foreign],
    [
      "by a link on another page",
      { headers: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" } },
      foreign,
    ],
    ["that changes something and does not say from where", { method: "POST" }, foreign],
  ])("%s", async (_, asked, expected) => expect(await answer(asked)).toBe(expected));
});

test("the entrance gives a cookie that scripts and other sites cannot use, and leaves the token behind", async () => {
  const response = await app.request(`http://${HOST}/open?token=${TOKEN}`, { headers: { Host: HOST } });
  expect(response.status).toBe(200);
  expect(response.headers.get("Set-Cookie")).toBe(`studio-4000=${TOKEN}; Path=/; HttpOnly; SameSite=Strict`);
  expect(await response.text()).not.toContain(TOKEN);
});

test("tokens are drawn anew and are long", () => {
  const tokens = new Set(Array.from({ length: 100 }, drawToken));
  expect(tokens.size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
});
