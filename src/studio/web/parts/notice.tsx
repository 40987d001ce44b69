// A line about what happened.
import type { ComponentChildren } from "preact";

interface NoticeProps {
  readonly kind: "error" | "warning" | "info";
  readonly children: ComponentChildren;
}

/** Errors are read out at once. */
export function Notice({ kind, children }: NoticeProps) {
  return (
    <p class={`notice ${kind}`} role={kind === "error" ? "alert" : "status"}>
      {children}
    </p>
  );
}
