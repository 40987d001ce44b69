// Page.
import type { PageProps } from "../page-props.ts";

/** Page. */
export function InPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
