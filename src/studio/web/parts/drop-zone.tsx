// A field that takes what is dropped on it.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import "./drop-zone.css";

interface DropZoneProps {
  /** Takes what was dropped while the event goes on: what a folder holds can be asked for only then. */
  readonly onDrop: (dropped: DataTransfer) => void;
  readonly children: ComponentChildren;
}

/** What is within it is another way to the same, for those who do not drag. */
export function DropZone({ onDrop, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    addEventListener("dragover", refuse);
    return () => removeEventListener("dragover", refuse);
  }, []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is no role, and the buttons within are the other way
    <div
      class={isOver ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer !== null) onDrop(event.dataTransfer);
      }}
    >
      {children}
    </div>
  );
}

/** What is dropped beside the field would be opened in the place of the page. */
function refuse(event: DragEvent): void {
  if (event.defaultPrevented || event.dataTransfer?.types.includes("Files") !== true) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}
