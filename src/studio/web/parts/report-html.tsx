// A piece of the report in the studio: the same text that the report has, whose values are escaped already.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Html } from "../../../report/html.ts";
import { type Order, sortTable } from "./sort-table.ts";

/** A table that the report can sort is sorted here too, and stays so as rows come. @param content what one of the report's functions returned */
export function ReportHtml({ content }: { readonly content: Html }) {
  const place = useRef<HTMLDivElement>(null);
  const [order, setOrder] = useState<Order>();
  useEffect(() => {
    const table = place.current!.querySelector<HTMLTableElement>("table.sortable");
    if (table !== null && order !== undefined) sortTable(table, order);
  }, [order, content.text]);
  const clicked = ({ target }: Event): void => {
    const head = (target as Element).closest<HTMLTableCellElement>("table.sortable th");
    if (head === null) return;
    const column = head.cellIndex;
    setOrder((before) => ({
      column,
      isDescending: before?.column === column ? !before.isDescending : column > 0,
    }));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is pressed are the buttons within
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key presses them as well
    <div ref={place} onClick={clicked} dangerouslySetInnerHTML={{ __html: content.text }} />
  );
}
