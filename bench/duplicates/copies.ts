// Makes copies of a picture as people and programs make them, and pictures that are only near to it.
import sharp, { type Region, type Sharp } from "sharp";
import type { RandomStream } from "../../src/core/index.ts";
import type { Image } from "../../src/image/index.ts";

/** Makes one copy; `other` is another picture of the set. */
export type Maker = (image: Image, random: RandomStream, other: Image) => Promise<Image>;

const open = ({ width, height, data }: Image): Sharp => sharp(data, { raw: { width, height, channels: 3 } });

/** The picture as a JPEG of this quality holds it. */
async function throughJpeg(picture: Sharp, quality: number): Promise<Image> {
  const file = await picture.jpeg({ quality }).toBuffer();
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const between = (random: RandomStream, from: number, to: number): number =>
  from + random.float() * (to - from);
const quality = (random: RandomStream): number => Math.round(between(random, 80, 95));

/** The part of `share` of each side that begins at these shares of what is left. */
function part(
  { width, height }: Image,
  [across, down]: readonly [number, number],
  x: number,
  y: number,
): Region {
  const [w, h] = [Math.round(width * across), Math.round(height * down)];
  return { left: Math.round((width - w) * x), top: Math.round((height - h) * y), width: w, height: h };
}

/** The same picture: what should be found, as "equal". */
export const COPIES: Readonly<Record<string, Maker>> = {
  "re-encoded": (image, random) => throughJpeg(open(image), Math.round(between(random, 40, 95))),
  resized: (image, random) => {
    // As many smaller as larger.
    const scale = random.float() < 0.5 ? between(random, 0.3, 1) : between(random, 1, 2);
    return throughJpeg(
      open(image).resize(Math.round(image.width * scale), Math.round(image.height * scale), { fit: "fill" }),
      quality(random),
    );
  },
  cropped: (image, random) => {
    const shares = [between(random, 0.9, 0.98), between(random, 0.9, 0.98)] as const;
    return throughJpeg(
      open(image).extract(part(image, shares, random.float(), random.float())),
      quality(random),
    );
  },
  mirrored: (image, random) =>
    throughJpeg(random.float() < 0.5 ? open(image).flop() : open(image).flip(), quality(random)),
  rotated: (image, random) => throughJpeg(open(image).rotate(90 * (1 + random.integer(3))), quality(random)),
  brightness: (image, random) =>
    throughJpeg(open(image).linear(random.float() < 0.5 ? 0.9 : 1.1, 0), quality(random)),
  border: (image, random) => {
    const side = Math.min(image.width, image.height);
    const [across, down] = [1, 1].map(() => Math.round(side * between(random, 0.03, 0.12))) as [
      number,
      number,
    ];
    const background = ["white", "black", "#888", "#b03060"][random.integer(4)]!;
    return throughJpeg(
      open(image).extend({ left: across, right: across, top: down, bottom: down, background }),
      quality(random),
    );
  },
  watermark: (image, random) =>
    throughJpeg(open(image).composite([{ input: watermark(image, random) }]), quality(random)),
};

/** Strokes as of a line of writing, half transparent, across a third of the width. */
function watermark({ width, height }: Image, random: RandomStream): Buffer {
  const size = Math.round(Math.min(width, height) * 0.08);
  const [left, top] = [random.float() * width * 0.5, random.float() * (height - size)];
  const strokes = Array.from({ length: 8 }, (_, i) => {
    const x = left + i * size * 0.7;
    return `M${x} ${top + size}l${size * 0.25} ${-size}l${size * 0.25} ${size}m${-size * 0.4} ${-size * 0.35}h${size * 0.3}`;
  });
  const colour = random.float() < 0.5 ? "white" : "black";
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><path d="${strokes.join("")}" ` +
      `fill="none" stroke="${colour}" stroke-opacity="0.6" stroke-width="${size * 0.12}"/></svg>`,
  );
}

/** Other pictures of the same scene, or of the same ground: never "equal". */
export const NEARS: Readonly<Record<string, Maker>> = {
  "moved camera": async (image, random) => {
    const shares = [between(random, 0.7, 0.8), between(random, 0.7, 0.8)] as const;
    return throughJpeg(
      open(image).extract(part(image, shares, random.float(), random.float())),
      quality(random),
    );
  },
  "turned camera": async (image, random) => {
    const angle = between(random, 3, 7) * (random.float() < 0.5 ? -1 : 1);
    const turned = await throughJpeg(open(image).rotate(angle), 95);
    const inside = part(turned, [0.75, 0.75], 0.5, 0.5);
    return throughJpeg(open(turned).extract(inside), quality(random));
  },
  perspective: async (image, random) => {
    const tilt = between(random, 0.06, 0.12) * (random.float() < 0.5 ? -1 : 1);
    return throughJpeg(open(tilted(image, tilt, random.float() < 0.5)), quality(random));
  },
  "other object": async (image, random, other) =>
    throughJpeg(open(withObject(image, other, between(random, 0.45, 0.6))), quality(random)),
};

/** One side drawn together by a share. */
function tilted({ width, height, data }: Image, tilt: number, upright: boolean): Image {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width - 0.5, y / height - 0.5];
      const scale = 1 / (1 + tilt * (1 + 2 * (upright ? v : u)));
      const px = Math.min(width - 1, Math.max(0, Math.round((u * scale + 0.5) * width)));
      const py = Math.min(height - 1, Math.max(0, Math.round((v * scale + 0.5) * height)));
      for (let channel = 0; channel < 3; channel++)
        result[(y * width + x) * 3 + channel] = data[(py * width + px) * 3 + channel]!;
    }
  }
  return { width, height, data: result };
}

/** The middle of another picture in place of what is in the middle, as if another thing lay on the same ground. */
function withObject({ width, height, data }: Image, other: Image, share: number): Image {
  const result = data.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(2 * x) / width - 1, (2 * y) / height - 1];
      if (u * u + v * v > share * share) continue;
      const px = Math.floor((x / width) * other.width);
      const py = Math.floor((y / height) * other.height);
      for (let channel = 0; channel < 3; channel++)
        result[(y * width + x) * 3 + channel] = other.data[(py * other.width + px) * 3 + channel]!;
    }
  }
  return { width, height, data: result };
}
