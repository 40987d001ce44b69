// Runs.
import type { PageProps } from "../page-props.ts";

/** Runs. */
export function RunsPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
