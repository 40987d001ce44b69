// Whether the studio's server answers: what was asked last says so.
import { useEffect, useState } from "preact/hooks";

const CHANGED = "studio:reach";
let isReached = true;

/** Tells whether it has answered. */
export function tellReach(answered: boolean): void {
  if (answered === isReached) return;
  isReached = answered;
  dispatchEvent(new Event(CHANGED));
}

/** Whether it answers, and again whenever that changes. */
export function useReach(): boolean {
  const [reached, setReached] = useState(isReached);
  useEffect(() => {
    const changed = (): void => setReached(isReached);
    addEventListener(CHANGED, changed);
    return () => removeEventListener(CHANGED, changed);
  }, []);
  return reached;
}
