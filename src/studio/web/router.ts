// The address of the page: a path and a query, without loading anything again.
import { useEffect, useState } from "preact/hooks";

/** Where the page is. */
export interface Place {
  /** Such as `/runs`. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const MOVED = "studio:moved";

/**
 * Goes to another place and its top, or says the same place otherwise.
 * @param replace whether it is the same place: "back" skips it, and nothing is scrolled
 */
export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  if (!replace) scrollTo({ top: 0, behavior: "instant" });
  dispatchEvent(new Event(MOVED));
}

/** Where the page is now, and again whenever that changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(currentPlace);
  useEffect(() => {
    const moved = (): void => setPlace(currentPlace());
    addEventListener("popstate", moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  return place;
}

function currentPlace(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}
