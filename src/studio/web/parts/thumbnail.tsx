// A picture of the data set, small, by its number.
import { useEffect, useRef } from "preact/hooks";

interface ThumbnailProps {
  readonly id: number;
  /** What it shows, for those who do not see it. Default: nothing beyond what stands beside it. */
  readonly alt?: string;
  /** Pixels of the page, each way. Default 160. */
  readonly side?: number;
}

/** Takes its place before it is loaded, and is no longer loaded once it is gone from the page. */
export function Thumbnail({ id, alt = "", side = 160 }: ThumbnailProps) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const element = image.current;
    return () => element?.removeAttribute("src");
  }, []);
  const src = `/api/data/thumbnails/${id}`;
  return (
    <img ref={image} src={src} alt={alt} width={side} height={side} decoding="async" draggable={false} />
  );
}
