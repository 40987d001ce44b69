// The report's style sheet in the studio: what both show looks the same.
import { STYLE } from "../../../report/style.ts";

/** Called once, as the page begins: bundlers leave out what a module does by itself. The studio's own rules come before it. */
export function adoptReportStyle(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer report{${STYLE}}`);
  document.adoptedStyleSheets.push(sheet);
}
