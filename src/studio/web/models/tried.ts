// The pictures that are tried: kept for as long as the page is open.
import { useEffect, useRef, useState } from "preact/hooks";

/** A picture that a person gave. */
export interface Tried {
  readonly key: number;
  readonly name: string;
  readonly picture: Blob;
  /** Of an image that shows it; a format that the browser does not know shows nothing. */
  readonly url: string;
}

/** Pictures on the page at a time; the oldest go. */
const MOST = 24;

/** The latest first, and what adds to them. */
export function useTried(): {
  readonly tried: readonly Tried[];
  readonly add: (files: Iterable<Blob>) => void;
  readonly clear: () => void;
} {
  const [tried, setTried] = useState<readonly Tried[]>([]);
  const next = useRef(0);
  const latest = useRef(tried);
  latest.current = tried;
  useEffect(() => () => release(latest.current), []);
  return {
    tried,
    add(files) {
      const added = Array.from(files, (picture) => ({
        key: next.current++,
        name: picture instanceof File ? picture.name : "A picture of the camera",
        picture,
        url: URL.createObjectURL(picture),
      })).reverse();
      setTried((before) => {
        const all = [...added, ...before];
        release(all.slice(MOST));
        return all.slice(0, MOST);
      });
    },
    clear() {
      release(tried);
      setTried([]);
    },
  };
}

function release(tried: readonly Tried[]): void {
  for (const { url } of tried) URL.revokeObjectURL(url);
}
