// A file of an archive.
import type { ImageSource } from "../../image/image-source.ts";

/** Its path and where its bytes are. */
export interface ArchiveMember {
  readonly path: string;
  readonly source: ImageSource;
}
