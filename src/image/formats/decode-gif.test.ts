// GIFs give Pillow's pixels, and damaged ones are refused.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readGolden } from "../../../test/golden/read-golden.ts";
import { decodeImage } from "../decode.ts";

interface Golden {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly base64: string;
  /** Of Pillow's 8-bit RGB. */
  readonly sha256: string;
}
const golden = readGolden<readonly Golden[]>("./gif/pillow.json");
const bytesOf = (name: string): Buffer =>
  Buffer.from(golden.find((one) => one.name === name)!.base64, "base64");

test.each(golden)("$name", async (one) => {
  const { width, height, data } = await decodeImage(Buffer.from(one.base64, "base64"));
  expect([width, height]).toEqual([one.width, one.height]);
  expect(createHash("sha256").update(data).digest("hex")).toBe(one.sha256);
});

test("every end that is missing is noticed", async () => {
  const whole = bytesOf("plain");
  // Behind the last pixel there are the end code, the end of the blocks and that of the file.
  for (let length = 6; length < whole.length - 6; length++) {
    await expect(decodeImage(whole.subarray(0, length))).rejects.toMatchObject({ code: "PICTURE_CORRUPT" });
  }
});

test("a code that is not defined yet", async () => {
  const bytes = bytesOf("many codes");
  const palette = 13 + 3 * (2 << (bytes[10]! & 7));
  bytes.fill(0xff, palette + 30, palette + 40);
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "PICTURE_CORRUPT" });
});

test("a screen larger than allowed", async () => {
  const bytes = bytesOf("plain");
  bytes.writeUInt16LE(60_000, 6);
  bytes.writeUInt16LE(60_000, 8);
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: "PICTURE_TOO_LARGE" });
});
