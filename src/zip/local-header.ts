// The header right before an entry's bytes, which may have other extra fields than the directory.
const SIGNATURE = 0x04034b50;

/** Bytes of a local header without its name and extra fields. */
export const LOCAL_HEADER_SIZE = 30;

/** What a local header says; sizes and checksum may stand behind the bytes instead, so the directory's are used. */
export interface LocalHeader {
  readonly method: number;
  readonly nameLength: number;
  /** From the header's start to the entry's bytes. */
  readonly length: number;
}

/** Reads the first `LOCAL_HEADER_SIZE` bytes of a local header; undefined where there is none. */
export function readLocalHeader(bytes: Uint8Array): LocalHeader | undefined {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LOCAL_HEADER_SIZE || header.getUint32(0, true) !== SIGNATURE) return undefined;
  const nameLength = header.getUint16(26, true);
  const length = LOCAL_HEADER_SIZE + nameLength + header.getUint16(28, true);
  return { method: header.getUint16(8, true), nameLength, length };
}
