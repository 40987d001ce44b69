// Data.
import type { PageProps } from "../page-props.ts";

/** Data. */
export function DataPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
