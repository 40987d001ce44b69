// Hands out the built pages: the files that there were when the studio started, and no others.
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Context } from "hono";
import { ClassifierTrainingError } from "../../core/index.ts";
import { notFound } from "./answers.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** What pages may do: run the studio's own scripts, show its pictures and those that were given to them, ask it alone. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The built pages, by path. */
export type Pages = ReadonlyMap<string, { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }>;

/** Where `npm run build` puts them: beside the compiled studio, or in `dist` where sources run. */
const FOLDERS = ["../pages", "../../../dist/studio/pages"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** @throws ClassifierTrainingError kind "failure" `PAGES_NOT_BUILT` */
export async function readPages(): Promise<Pages> {
  for (const folder of FOLDERS) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    if (entries.length === 0) continue;
    const files = entries.filter((entry) => entry.isFile());
    return new Map(
      await Promise.all(
        files.map(async ({ parentPath, name }) => {
          const path = join(parentPath, name);
          const type = TYPES[extname(name)] ?? "application/octet-stream";
          const bytes = new Uint8Array(await readFile(path));
          return [`/${relative(folder, path).replaceAll(sep, "/")}`, { type, bytes }] as const;
        }),
      ),
    );
  }
  throw new ClassifierTrainingError("failure", "PAGES_NOT_BUILT", "the studio's pages are not built", {
    where: FOLDERS[1],
    hint: "npm run build",
  });
}

/** A file of the pages; the one page for every address that it makes up itself. */
export function answerPage(pages: Pages, c: Context): Response {
  const { path } = c.req;
  const page =
    pages.get(path) ??
    (/^\/[a-z-]*(\/|$)/.test(path) && extname(path) === "" ? pages.get("/index.html") : undefined);
  if (page === undefined) throw notFound();
  const isNamedByContent = path.startsWith("/assets/");
  return c.body(page.bytes, 200, {
    "Content-Type": page.type,
    "Cache-Control": isNamedByContent ? "private, max-age=31536000, immutable" : "no-store",
  });
}
