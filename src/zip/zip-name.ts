// What the bytes of an entry's name mean.
import type { ZipEntry } from "./zip-directory.ts";

const UTF_8 = 1 << 11;
const UNICODE_PATH = 0x7075;
/** Version and checksum, before the name. */
const UNICODE_PATH_HEAD = 5;
/** The upper half of code page 437, which names are in that are not said to be UTF-8. */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** The name of an entry, with `/` between folders; Info-ZIP's field of the name in UTF-8 goes before the name itself. */
export function zipName({ nameBytes, extra, flags }: ZipEntry): string {
  const unicode = unicodePath(extra);
  const utf8 = unicode ?? ((flags & UTF_8) !== 0 ? nameBytes : undefined);
  const name =
    utf8 === undefined
      ? Array.from(nameBytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128]!)).join(
          "",
        )
      : new TextDecoder().decode(utf8);
  return name.replaceAll("\\", "/");
}

function unicodePath(extra: Uint8Array): Uint8Array | undefined {
  const fields = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + fields.getUint16(at + 2, true);
    const found = fields.getUint16(at, true) === UNICODE_PATH && end <= extra.length;
    if (found && end - at > 4 + UNICODE_PATH_HEAD && extra[at + 4] === 1)
      return extra.subarray(at + 4 + UNICODE_PATH_HEAD, end);
    at = end;
  }
  return undefined;
}
