// What may be wider or longer than its place: it scrolls, with the keyboard too.
import type { ComponentChildren } from "preact";

interface ScrollingProps {
  /** For those who do not see it. */
  readonly name: string;
  /** Besides `scroll`. */
  readonly look?: string;
  readonly children: ComponentChildren;
}

/** A region of its own, which can have the focus. */
export function Scrolling({ name, look = "card tall", children }: ScrollingProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus a keyboard cannot scroll it
    <section class={`scrolling scroll ${look}`} tabIndex={0} aria-label={name}>
      {children}
    </section>
  );
}
