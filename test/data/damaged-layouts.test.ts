// Damage in every layout of every format: what is accepted is what Pillow makes of it, or the picture that was there.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/index.ts";
import { loadJpegDecoder } from "../../src/image/index.ts";
import { count, type Damage, damaged, randomBytes, verdict } from "./damage.ts";

interface Layout {
  /** Format, colours, compression and arrangement. */
  readonly name: string;
  readonly base64: string;
  /** Size and hash of Pillow's pixels; null where it refuses. */
  readonly pillow: string;
  readonly damages: readonly (readonly [Damage, string | null])[];
}

const file = new URL("../golden/damaged/pillow.json.gz", import.meta.url);
const layouts = JSON.parse(gunzipSync(readFileSync(file)).toString()) as readonly Layout[];
/** The width and height in a verdict. */
function size(verdict: string | null): string | null {
  return verdict?.split(" ")[0] ?? null;
}

describe.each(layouts)("$name", ({ name, base64, pillow, damages }) => {
  const whole = Buffer.from(base64, "base64");
  const random = new RandomStream(3, name);

  test("whole, as Pillow", async () => {
    expect(await verdict(whole)).toBe(pillow);
  });

  test("one byte overwritten, or an end cut off: refused, or pixels as Pillow's or as before", async () => {
    // Past what eight bits hold, libjpeg-turbo's vector code saturates where its portable code wraps.
    const mayOverflow = name.startsWith("JPEG") && (await loadJpegDecoder()).name.startsWith("codec-");
    for (const [damage, theirs] of damages) {
      const ours = await verdict(damaged(whole, damage));
      if (mayOverflow && theirs !== null)
        expect([null, size(theirs)], `damage ${damage}`).toContain(size(ours));
      else expect([null, pillow, theirs], `damage ${damage}`).toContain(ours);
    }
  });

  test("an end cut off: refused, or every pixel as before", async () => {
    for (let i = 0; i < count; i++) {
      const length = random.integer(whole.length);
      expect([null, pillow], `${length} of ${whole.length} bytes`).toContain(
        await verdict(whole.subarray(0, length)),
      );
    }
  });

  test("bytes overwritten: a picture or an error about data", async () => {
    for (let i = 0; i < count; i++) {
      await verdict(damaged(whole, randomBytes(whole, random)));
    }
  });
});

test("a tag that nobody knows, in the wrong order, is nothing to complain of", async () => {
  const [orientation, unknown] = [274, 65_000];
  for (const { name, base64, pillow } of layouts.filter((layout) => layout.name.startsWith("TIFF"))) {
    const bytes = Buffer.from(base64, "base64");
    if (name.includes("big-endian") || name.includes("BigTIFF")) continue;
    const start = bytes.readUInt32LE(4);
    for (let at = start + 2; at < start + 2 + 12 * bytes.readUInt16LE(start); at += 12)
      if (bytes.readUInt16LE(at) === orientation) bytes.writeUInt16LE(unknown, at);
    expect(await verdict(bytes), name).toBe(pillow);
  }
});
