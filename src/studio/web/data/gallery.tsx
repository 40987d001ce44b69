// A grid of any number of pictures, of which only those in sight are in the page.
import { useEffect, useRef, useState } from "preact/hooks";
import { Thumbnail } from "../parts/thumbnail.tsx";
import type { PictureSource } from "./picture-source.ts";

const CELL = 132;
const ROW = 152;
/** Rows above and below what is in sight. */
const MORE = 2;

interface GalleryProps {
  readonly source: PictureSource;
  readonly classes: readonly string[];
  readonly selected: ReadonlySet<number>;
  /** @param isRange all from the picture that was chosen before to this one */
  choose(position: number, isRange: boolean): void;
  open(position: number): void;
}

/** Arrows move, space chooses, enter opens; with shift all between are chosen. */
export function Gallery({ source, classes, selected, choose, open }: GalleryProps) {
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height, width }, setView] = useState({ top: 0, height: 600, width: 800 });
  const [current, setCurrent] = useState(0);
  const total = source.total ?? 0;
  const columns = Math.max(1, Math.floor(width / CELL));
  const rows = Math.ceil(total / columns);
  const first = Math.max(0, Math.floor(top / ROW) - MORE) * columns;
  // Cells that leave on one side come back on the other: there are never more in the page than these.
  const slots = (Math.ceil(height / ROW) + 1 + 2 * MORE) * columns;
  const last = Math.min(total, (Math.ceil((top + height) / ROW) + MORE) * columns);
  useEffect(() => {
    const element = box.current!;
    const measure = (): void =>
      setView({ top: element.scrollTop, height: element.clientHeight, width: element.clientWidth });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  useEffect(() => source.show(first, Math.max(first, last - 1)), [first, last, source.total]);
  const moveTo = (position: number): void => {
    const to = Math.min(Math.max(position, 0), total - 1);
    setCurrent(to);
    const above = Math.floor(to / columns) * ROW;
    const element = box.current!;
    if (above < element.scrollTop) element.scrollTop = above;
    else if (above + ROW > element.scrollTop + height) element.scrollTop = above + ROW - height;
  };
  const pressed = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns },
      ...{ Home: -total, End: total, PageUp: -columns * 4, PageDown: columns * 4 },
    };
    const step = steps[event.key];
    if (step !== undefined) moveTo(current + step);
    else if (event.key === " ") choose(current, event.shiftKey);
    else if (event.key === "Enter") open(current);
    else return;
    event.preventDefault();
  };
  /** The picture under the pointer. */
  const positionOf = ({ target }: Event): number | undefined => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-position]") : null;
    return cell === null ? undefined : Number(cell.dataset.position);
  };
  const cells = [];
  for (let position = first; position < last; position++) {
    const picture = source.at(position);
    const [row, column] = [Math.floor(position / columns), position % columns];
    const isSelected = picture !== undefined && selected.has(picture.id);
    const names = picture?.labels.map((label) => classes[label]).join(", ");
    cells.push(
      <div
        key={position % slots}
        id={`picture-${position}`}
        role="option"
        aria-selected={isSelected}
        aria-label={picture && `${picture.name}, ${names}`}
        class={`cell ${isSelected ? "selected" : ""} ${position === current ? "current" : ""}`}
        style={{
          transform: `translate(${(column * width) / columns}px, ${row * ROW}px)`,
          width: `${width / columns}px`,
        }}
        tabIndex={-1}
        data-position={position}
      >
        {picture && <Thumbnail key={picture.id} id={picture.id} side={CELL - 12} />}
        <small>{names}</small>
      </div>,
    );
  }
  return (
    <div
      ref={box}
      class="gallery"
      role="listbox"
      aria-label="Pictures"
      aria-multiselectable
      aria-activedescendant={current >= first && current < last ? `picture-${current}` : undefined}
      tabIndex={0}
      onKeyDown={pressed}
      onClick={(event) => {
        const position = positionOf(event);
        if (position === undefined) return;
        setCurrent(position);
        box.current?.focus({ preventScroll: true });
        choose(position, event.shiftKey);
      }}
      onDblClick={(event) => {
        const position = positionOf(event);
        if (position !== undefined) open(position);
      }}
    >
      <div role="presentation" style={{ height: `${rows * ROW}px` }}>
        {cells}
      </div>
    </div>
  );
}
