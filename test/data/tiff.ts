// TIFF files in layouts that sharp does not write, for tests of decoding.

/** A picture all of whose rows are the same. */
export interface TiffOptions {
  readonly width: number;
  readonly height: number;
  /** 0: grey from white to black, 1: from black to white, 2: RGB, 5: CMYK. */
  readonly photometric: 0 | 1 | 2 | 5;
  readonly bits: 8 | 16;
  /** 1: none, 5: LZW. */
  readonly compression: 1 | 5;
  /** 1: unsigned, 2: signed, 3: floating point. Default 1. */
  readonly sampleFormat?: 1 | 2 | 3;
  /** The samples of every row, compressed. */
  readonly row: Uint8Array;
}

/** A little-endian TIFF; every strip is one row, and all of them lie at the same place. */
export function tiff(options: TiffOptions): Buffer {
  const { width, height, photometric, bits, compression, row, sampleFormat = 1 } = options;
  const samples = photometric < 2 ? 1 : photometric === 5 ? 4 : 3;
  const [short, long] = [3, 4];
  const tagCount = 10;
  const bitsAt = 8 + 2 + tagCount * 12 + 4;
  const offsetsAt = bitsAt + samples * 2;
  const countsAt = offsetsAt + height * 4;
  const header = Buffer.alloc(countsAt + height * 4);
  const tags = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, samples, samples === 1 ? bits : bitsAt],
    [259, short, 1, compression],
    [262, short, 1, photometric],
    [273, long, height, height === 1 ? header.length : offsetsAt],
    [277, short, 1, samples],
    [278, long, 1, 1],
    [279, long, height, height === 1 ? row.length : countsAt],
    [339, short, 1, sampleFormat],
  ] as const;
  header.write("II*\0\x08\0\0\0", "latin1");
  header.writeUInt16LE(tagCount, 8);
  for (const [i, [tag, type, count, value]] of tags.entries()) {
    const at = 10 + i * 12;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count, at + 4);
    header.writeUInt32LE(value, at + 8);
  }
  for (let sample = 0; sample < samples; sample++) header.writeUInt16LE(bits, bitsAt + sample * 2);
  for (let y = 0; y < height; y++) {
    header.writeUInt32LE(header.length, offsetsAt + y * 4);
    header.writeUInt32LE(row.length, countsAt + y * 4);
  }
  return Buffer.concat([header, row]);
}

/** LZW that compresses nothing: codes of 9 bits, the table cleared before it needs more. */
export function lzw(bytes: Uint8Array): Buffer {
  const [clear, end, run] = [256, 257, 200];
  const codes = Array.from(bytes).flatMap((byte, i) => (i % run === 0 ? [clear, byte] : [byte]));
  codes.push(end);
  const packed = Buffer.alloc(Math.ceil((codes.length * 9) / 8));
  codes.forEach((code, i) => {
    const [at, shift] = [Math.floor((i * 9) / 8), 7 - ((i * 9) % 8)];
    packed[at]! |= (code << shift) >> 8;
    packed[at + 1]! |= (code << shift) & 255;
  });
  return packed;
}
