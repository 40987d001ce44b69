// SHA-256 of bytes that come piece by piece.
import { createHash } from "node:crypto";

/** A hash in the making. */
export interface Sha256 {
  /** Adds bytes, or text in UTF-8. The bytes must not change before `digest`. */
  update(piece: Uint8Array | string): Sha256;
  /** The hash of everything so far, in lower-case hexadecimal. To be called once, at the end. */
  digest(): Promise<string>;
}

/** A hash of the bytes given to `update`, one piece after the other; `digest` gives lower-case hexadecimal digits. */
export function sha256(): Sha256 {
  const hash = createHash("sha256");
  return {
    update(piece) {
      hash.update(piece);
      return this;
    },
    digest: async () => hash.digest("hex"),
  };
}
