// Labels.
import type { PageProps } from "../page-props.ts";

/** Labels. */
export function LabelsPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
