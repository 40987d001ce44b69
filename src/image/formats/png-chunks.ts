// The chunks of a PNG, each checked by its checksum.

const SIGNATURE_BYTES = 8;
/** Of length, kind and checksum. */
const FRAME_BYTES = 12;

/** A part of the file: its kind, four letters, and its data. */
export interface PngChunk {
  readonly kind: string;
  readonly data: Uint8Array;
  /** Whether the checksum is that of the data. */
  isWhole(): boolean;
}

/** The chunks in order, up to one that reaches beyond the end of the file. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE_BYTES; at + FRAME_BYTES <= bytes.length; ) {
    const end = at + FRAME_BYTES + view.getUint32(at);
    if (end > bytes.length) return;
    const named = bytes.subarray(at + 4, end - 4);
    const checksum = view.getUint32(end - 4);
    yield {
      kind: String.fromCharCode(...named.subarray(0, 4)),
      data: named.subarray(4),
      isWhole: () => crc32(named) === checksum,
    };
    at = end;
  }
}

/** CRC-32 of one byte each, by the polynomial of PNG and zip with its bits reversed. */
const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = (rest >>> 8) ^ TABLE[(rest ^ byte) & 0xff]!;
  return (rest ^ 0xffffffff) >>> 0;
}
