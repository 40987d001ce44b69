// Keys of the queue, wherever on the page the focus is.
import { useEffect } from "preact/hooks";

/** What a key does. */
export type KeyActions = Readonly<Record<string, () => void>>;

/**
 * Listens as long as it is on. Fields that are typed into keep their keys; a button, a link or a summary that has the focus keeps Enter and
 * space.
 * @param actions by `KeyboardEvent.key`, letters in lower case
 */
export function useKeys(actions: KeyActions, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as Element;
      if (target.closest("input, select, textarea") !== null) return;
      const isPress = event.key === "Enter" || event.key === " ";
      if (isPress && target.closest("button, a, summary") !== null) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if (!Object.hasOwn(actions, key)) return;
      event.preventDefault();
      actions[key]!();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}
