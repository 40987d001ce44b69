// A piece of the report in the studio: the same text that the report has, whose values are escaped already.
import type { Html } from "../../../report/html.ts";

/** @param content what one of the report's functions returned */
export function ReportHtml({ content }: { readonly content: Html }) {
  return <div dangerouslySetInnerHTML={{ __html: content.text }} />;
}
