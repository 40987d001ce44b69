// A way to another place of the studio.
import type { ComponentChildren } from "preact";
import { go } from "../router.ts";

interface LinkProps {
  readonly to: string;
  /** Whether it leads to where the page is. */
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

/** Opens in another tab where the browser is asked to. */
export function Link({ to, current = false, children }: LinkProps) {
  return (
    <a
      href={to}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
