// Train.
import type { PageProps } from "../page-props.ts";

/** Train. */
export function TrainPage({ studio }: PageProps) {
  return <h1>{studio.name}</h1>;
}
