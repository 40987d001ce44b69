// Damages pictures, and says what the decoder makes of them.
import { createHash } from "node:crypto";
import { expect } from "vitest";
import { ClassifierTrainingError, type RandomStream } from "../../src/core/index.ts";
import { decodeImage } from "../../src/image/index.ts";

/** Where a file is cut, and the places and values of bytes that are overwritten. */
export type Damage = readonly [length: number, ...bytes: number[]];

/** How many lengths each file is cut to, and how many copies with random bytes are tried. */
export const count: number = Number(process.env.FUZZ_PICTURES ?? 20);
const maxPixels = 500_000;

/** Size and hash of the pixels; null where the picture is refused, as an error about data. */
export async function verdict(bytes: Uint8Array): Promise<string | null> {
  try {
    const { width, height, data } = await decodeImage(bytes, "picture", { maxPixels });
    expect(data.length).toBe(width * height * 3);
    return `${width}x${height} ${createHash("sha256").update(data).digest("hex").slice(0, 16)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(ClassifierTrainingError);
    expect(error).toMatchObject({ kind: "data" });
    return null;
  }
}

export function damaged(whole: Uint8Array, [length, ...bytes]: Damage): Uint8Array {
  const copy = Uint8Array.from(whole.subarray(0, length));
  for (let i = 0; i < bytes.length; i += 2) copy[bytes[i]!] = bytes[i + 1]!;
  return copy;
}

/** Up to eight bytes anywhere. */
export function randomBytes(whole: Uint8Array, random: RandomStream): Damage {
  const bytes = Array.from({ length: 1 + random.integer(8) }, () => [
    random.integer(whole.length),
    random.integer(256),
  ]);
  return [whole.length, ...bytes.flat()];
}
