// Models.
import type { PageProps } from "../page-props.ts";

/** Models. */
export function ModelsPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
