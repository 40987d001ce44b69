// Walks through a list that is too long for one page.
import { wholeNumber } from "../../../report/html.ts";
import { usePlace } from "../router.ts";
import { Link } from "./link.tsx";

/** The position of the first entry that is shown, as the address has it. */
export function useFrom(): number {
  const given = Number(usePlace().query.get("from"));
  return Number.isSafeInteger(given) && given > 0 ? given : 0;
}

interface PagesProps {
  /** Of the list, without a query. */
  readonly path: string;
  /** Entries of the whole list. */
  readonly total: number;
  /** Position of the first that is shown. */
  readonly from: number;
  /** Entries of a page. */
  readonly size: number;
}

/** Nothing where all entries are in sight. */
export function Pages({ path, total, from, size }: PagesProps) {
  if (from === 0 && total <= size) return null;
  const last = Math.min(from + size, total);
  return (
    <nav class="bar" aria-label="Pages of the list">
      {from > 0 && <Link to={`${path}?from=${Math.max(0, Math.min(from, total) - size)}`}>Earlier</Link>}{" "}
      {from < total ? `${wholeNumber(from + 1)} to ${wholeNumber(last)} of ${wholeNumber(total)}` : "No more"}{" "}
      {last < total && <Link to={`${path}?from=${from + size}`}>Later</Link>}
    </nav>
  );
}
