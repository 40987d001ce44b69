// Unpacks TIFF's variant of LZW: codes from the highest bit on, one bit longer a code earlier than the table demands;
// and that of its first versions, from the lowest bit on and longer in time.

const [CLEAR, END, FIRST] = [256, 257, 258];
const [LEAST_BITS, MOST_BITS, MOST_CODES] = [9, 12, 4096];

/** Fills `output`; false where the codes are wrong or end too early. */
export function unpackLzw(packed: Uint8Array, output: Uint8Array): boolean {
  // The first code clears the table, and shows the order of bits.
  const isOld = packed[0] === 0 && (packed[1]! & 1) === 1;
  if (!isOld && (packed[0] !== 0x80 || (packed[1]! & 0x80) !== 0)) return false;
  const early = isOld ? 0 : 1;
  /** Of each code where its string was written, and its length: the string lies in the output already. */
  const [places, lengths] = [new Uint32Array(MOST_CODES), new Uint16Array(MOST_CODES)];
  let [bits, count, at, written] = [0, 0, 0, 0];
  let [codeBits, next, previousPlace, previousLength] = [LEAST_BITS, FIRST, 0, 0];
  while (written < output.length) {
    while (count < codeBits) {
      if (at >= packed.length) return false;
      bits = isOld ? bits | (packed[at++]! << count) : ((bits << 8) | packed[at++]!) & 0xffffff;
      count += 8;
    }
    count -= codeBits;
    const code = (isOld ? bits : bits >> count) & ((1 << codeBits) - 1);
    if (isOld) bits >>= codeBits;
    if (code === END) return false;
    if (code === CLEAR) {
      [codeBits, next, previousLength] = [LEAST_BITS, FIRST, 0];
      continue;
    }
    // A code that is being made is the previous string and its first byte, and there it lies already but for that byte.
    const isNew = code === next && previousLength > 0;
    if (code >= next && !isNew) return false;
    const place = written;
    if (code < CLEAR) output[written++] = code;
    else {
      const from = isNew ? previousPlace : places[code]!;
      const length = isNew ? previousLength + 1 : lengths[code]!;
      const end = Math.min(written + length, output.length);
      for (let read = from; written < end; read++) output[written++] = output[read]!;
    }
    if (previousLength > 0 && next < MOST_CODES) {
      places[next] = previousPlace;
      lengths[next] = previousLength + 1;
      next += 1;
    }
    if (next >= (1 << codeBits) - early && codeBits < MOST_BITS) codeBits += 1;
    previousPlace = place;
    previousLength = written - place;
  }
  return true;
}
