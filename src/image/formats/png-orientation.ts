// The orientation of a PNG: in its EXIF chunk, in a text that holds a raw EXIF profile, or in XMP.
import { inflate } from "../../platform/index.ts";
import { settleOrientation } from "../exif-orientation.ts";
import { pngChunks } from "./png-chunks.ts";

const MOST_TEXT = 1 << 24;
const [PROFILE, XMP] = ["Raw profile type exif", "XML:com.adobe.xmp"];
const TEXTS: readonly string[] = ["tEXt", "zTXt", "iTXt"];

/** 1 to 8, as Pillow's `ImageOps.exif_transpose` finds it. Chunks whose checksum is wrong say nothing. */
export async function readPngOrientation(bytes: Uint8Array): Promise<number> {
  let exif: Uint8Array | undefined;
  const texts = new Map<string, Uint8Array>();
  for (const chunk of pngChunks(bytes)) {
    const { kind, data } = chunk;
    if (kind === "eXIf" && chunk.isWhole()) exif = data;
    else if (TEXTS.includes(kind) && chunk.isWhole()) await addText(texts, kind, data);
  }
  const profile = texts.get(PROFILE);
  return settleOrientation(exif ?? (profile && fromHex(profile)), texts.get(XMP));
}

/** The texts that may say something of orientation, by their keyword. */
async function addText(texts: Map<string, Uint8Array>, kind: string, data: Uint8Array): Promise<void> {
  const keywordEnd = data.indexOf(0);
  const keyword = latin1(data.subarray(0, Math.max(0, keywordEnd)));
  if (keyword !== PROFILE && keyword !== XMP) return;
  const rest = data.subarray(keywordEnd + 1);
  if (kind === "tEXt") texts.set(keyword, rest);
  else if (kind === "zTXt") await unpack(rest.subarray(1), (text) => texts.set(keyword, text));
  else {
    // Whether it is packed and how, then a language and the keyword in it, both ended by zero.
    const text = rest.subarray(rest.indexOf(0, rest.indexOf(0, 2) + 1) + 1);
    if (rest[0] === 0) texts.set(keyword, text);
    else await unpack(text, (unpacked) => texts.set(keyword, unpacked));
  }
}

async function unpack(packed: Uint8Array, use: (text: Uint8Array) => void): Promise<void> {
  try {
    use(await inflate(packed, MOST_TEXT));
  } catch {
    // Not a text then.
  }
}

/** ImageMagick's form: a line feed, the profile's name, its length, and then lines of hexadecimal digits. */
function fromHex(profile: Uint8Array): Uint8Array {
  const digits = latin1(profile)
    .split("\n")
    .slice(3)
    .join("")
    .match(/^(?:[0-9a-f]{2})*/i)![0];
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
