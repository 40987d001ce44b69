// The page that every report is: one HTML file that needs nothing else.
import { CLASS_PICTURES, clientScript } from "./client-script.ts";
import { Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** One part of the page; its `id` is what the navigation links to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

/** What is on a page, from its head to its foot. */
export interface Page {
  /** The heading. */
  readonly name: string;
  /** The title of the browser's window. */
  readonly title: string;
  /** A word beside the heading. */
  readonly status: string;
  readonly subtitle: string;
  readonly tiles: Html;
  readonly sections: readonly Section[];
  readonly footer: string;
  /** What the page's script reads. */
  readonly data?: readonly Html[];
  /** The part of the script that reads them; default: `CLASS_PICTURES`. */
  readonly script?: string;
}

/** What the page may do: run its own script and style, show pictures that are in it, and nothing from anywhere. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** A number with its name, and perhaps a remark. */
export function tile(name: string, value: string, note?: string): Html {
  return html`<div class="card tile"><span>${name}</span><strong>${value}</strong>${note === undefined ? undefined : html`<small>${note}</small>`}</div>`;
}

/** The page as text. */
export function renderPage({
  name,
  title,
  status,
  subtitle,
  tiles,
  sections,
  footer,
  data = [],
  script = CLASS_PICTURES,
}: Page): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="generator" content="classifier-training">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><div class="in">
<h1>${name}<span class="status">${status}</span></h1>
<p class="sub">${subtitle}</p>
${tiles}
</div></header>
<nav aria-label="Sections"><div class="in">${sections.map(({ id, title: heading }) => html`<a href="#${id}">${heading}</a>`)}</div></nav>
<main>
${sections.map(({ id, title: heading, content }) => html`<section id="${id}"><h2>${heading}</h2>${content}</section>\n`)}
<footer>${footer}</footer>
</main>
${data}
<script>${new Html(clientScript(script))}</script>
</body>
</html>
`;
  return page.text;
}
