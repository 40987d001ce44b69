// The report's style sheet in the studio: what both show looks the same.
import { STYLE } from "../../../report/style.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
document.adoptedStyleSheets.push(sheet);
