// What each page of the studio is given.
import type { StudioInfo } from "../api.ts";

/** What is open. */
export interface PageProps {
  readonly studio: StudioInfo;
}
