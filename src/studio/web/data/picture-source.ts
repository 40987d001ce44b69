// The pictures of a filter by their positions: ranges of them are asked for as they come into sight.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ListedPicture, PictureRange } from "../../data/api.ts";
import { get } from "../client.ts";

/** Pictures of one request. */
const RANGE = 200;
/** Milliseconds between scrolling to a place and asking for its pictures: what is only passed is not asked for. */
const PAUSE = 60;

/** What is known of the pictures that were asked for. */
export interface PictureSource {
  /** Undefined until the first answer. */
  readonly total: number | undefined;
  readonly error: string | undefined;
  /** The picture at a position, where it has come. */
  at(position: number): ListedPicture | undefined;
  /** Asks for the pictures from one position to another. */
  show(from: number, to: number): void;
}

/** @param query the filter; @param version asks anew when it changes */
export function usePictures(query: string, version: number): PictureSource {
  const ranges = useRef(new Map<number, readonly ListedPicture[] | null>());
  const about = useRef("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [answer, setAnswer] = useState<{ total?: number; error?: string }>({});
  const [, setCount] = useState(0);
  const key = `${version}?${query}`;
  const load = (range: number): void => {
    if (ranges.current.has(range)) return;
    ranges.current.set(range, null);
    get<PictureRange>(`/api/data/pictures?${query}&from=${range * RANGE}&count=${RANGE}`).then(
      ({ total, pictures }) => {
        if (about.current !== key) return;
        ranges.current.set(range, pictures);
        setAnswer({ total });
        setCount((count) => count + 1);
      },
      (error: Error) => setAnswer({ error: error.message }),
    );
  };
  useEffect(() => {
    about.current = key;
    ranges.current.clear();
    load(0);
  }, [key]);
  return {
    total: answer.total,
    error: answer.error,
    at: (position) => ranges.current.get(Math.floor(position / RANGE))?.[position % RANGE],
    show(from, to) {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        for (let range = Math.floor(from / RANGE); range <= Math.floor(to / RANGE); range++) load(range);
      }, PAUSE);
    },
  };
}
