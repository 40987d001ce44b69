// What a question was answered, asked again when what it is about changes.
import { type Inputs, useEffect, useState } from "preact/hooks";

/** An answer, or why there is none; neither while it is waited for the first time. */
export interface Answered<T> {
  readonly answer?: T;
  /** For people. */
  readonly error?: string;
}

/** An answer stays until the next one has come. @param about what the question depends on */
export function useAnswer<T>(ask: () => Promise<T>, about: Inputs): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({});
  useEffect(() => {
    let isOver = false;
    const tell = (told: Answered<T>): void => {
      if (!isOver) setAnswered(told);
    };
    ask().then(
      (answer) => tell({ answer }),
      (reason: Error) => tell({ error: reason.message }),
    );
    return () => {
      isOver = true;
    };
  }, about);
  return answered;
}
