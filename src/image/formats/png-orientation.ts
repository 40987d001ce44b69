// The orientation of a PNG: in its EXIF chunk, in a text that holds a raw EXIF profile, or in XMP.
import { crc32, inflateSync } from "node:zlib";
import { settleOrientation } from "../exif-orientation.ts";

const SIGNATURE_BYTES = 8;
const MOST_TEXT = 1 << 24;
const [PROFILE, XMP] = ["Raw profile type exif", "XML:com.adobe.xmp"];

/** 1 to 8, as Pillow's `ImageOps.exif_transpose` finds it. Chunks whose checksum is wrong say nothing. */
export function readPngOrientation(bytes: Uint8Array): number {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let exif: Uint8Array | undefined;
  const texts = new Map<string, Buffer>();
  for (let at = SIGNATURE_BYTES; at + 12 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    if (end > file.length) break;
    const kind = file.toString("latin1", at + 4, at + 8);
    if (["eXIf", "tEXt", "zTXt", "iTXt"].includes(kind)) {
      const data = file.subarray(at + 8, end - 4);
      const isWhole = crc32(file.subarray(at + 4, end - 4)) === file.readUInt32BE(end - 4);
      if (isWhole && kind === "eXIf") exif = data;
      else if (isWhole) addText(texts, kind, data);
    }
    at = end;
  }
  const profile = texts.get(PROFILE);
  return settleOrientation(exif ?? (profile && fromHex(profile)), texts.get(XMP));
}

/** The texts that may say something of orientation, by their keyword. */
function addText(texts: Map<string, Buffer>, kind: string, data: Buffer): void {
  const keywordEnd = data.indexOf(0);
  const keyword = data.toString("latin1", 0, Math.max(0, keywordEnd));
  if (keyword !== PROFILE && keyword !== XMP) return;
  const rest = data.subarray(keywordEnd + 1);
  if (kind === "tEXt") texts.set(keyword, rest);
  else if (kind === "zTXt") unpack(rest.subarray(1), (text) => texts.set(keyword, text));
  else {
    // Whether it is packed and how, then a language and the keyword in it, both ended by zero.
    const text = rest.subarray(rest.indexOf(0, rest.indexOf(0, 2) + 1) + 1);
    if (rest[0] === 0) texts.set(keyword, text);
    else unpack(text, (unpacked) => texts.set(keyword, unpacked));
  }
}

function unpack(packed: Buffer, use: (text: Buffer) => void): void {
  try {
    use(inflateSync(packed, { maxOutputLength: MOST_TEXT }));
  } catch {
    // Not a text then.
  }
}

/** ImageMagick's form: a line feed, the profile's name, its length, and then lines of hexadecimal digits. */
function fromHex(profile: Buffer): Uint8Array {
  return Buffer.from(profile.toString("latin1").split("\n").slice(3).join(""), "hex");
}
