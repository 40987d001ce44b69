// Outfits and their labels: what is drawn is what the labels say, as often as it should be.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { Camera } from "./camera.ts";
import { Canvas, type Colour } from "./canvas.ts";
import { chooseOutfit, labelsOf, type Outfit, SHIRT_LABELS } from "./outfit.ts";
import { drawShirt } from "./picture.ts";
import { drawPlayer } from "./player.ts";

const outfits = Array.from({ length: 1500 }, (_, i) => chooseOutfit(42, `train/${i}.jpg`));
const worn = outfits.filter((outfit) => outfit !== undefined);
const COLOURS = ["white", "black", "red", "orange", "yellow", "green", "blue", "pink"];
const colourLabels = (outfit: Outfit): string[] =>
  labelsOf(outfit).filter((label) => COLOURS.includes(label));

describe("labels", () => {
  test("are the digits of the number, each once", () => {
    for (const outfit of worn) {
      const digits = labelsOf(outfit).filter((label) => label.startsWith("digit_"));
      expect(digits).toEqual([...new Set(outfit.number)].sort().map((digit) => `digit_${digit}`));
    }
  });

  test("are the kit's pattern, and whether it has sleeves", () => {
    const patterns = {
      plain: [],
      stripes: ["striped"],
      hoops: ["hooped"],
      sash: ["sash"],
      halves: ["halves"],
    };
    for (const outfit of worn) {
      const { pattern, sleeves } = outfit.kit;
      const rest = labelsOf(outfit).filter((label) => !/^digit_/.test(label) && !COLOURS.includes(label));
      expect(rest).toEqual([
        ...patterns[pattern as keyof typeof patterns],
        ...(sleeves ? [] : ["sleeveless"]),
      ]);
    }
  });

  test("are one colour of a plain shirt and two of any other, all of which the drawn player shows", () => {
    for (const [i, outfit] of worn.slice(0, 150).entries()) {
      const { kit, number } = outfit;
      const labels = colourLabels(outfit);
      expect(labels).toHaveLength(kit.pattern === "plain" ? 1 : 2);
      expect([...kit.colours].sort()).toEqual(labels.toSorted());
      const canvas = new Canvas(48);
      canvas.fill(() => [128, 0, 255]);
      const stream = new RandomStream(1, "player", [i, 0]);
      drawPlayer(canvas, new Camera(stream), kit, number, stream);
      for (const cloth of new Set([kit.shirt, kit.second])) {
        expect(shareOf(canvas, cloth), `${i}: ${kit.pattern} ${labels}`).toBeGreaterThan(0.04);
      }
    }
  });

  test("name the colours that the cloth has: no other is nearer", () => {
    const means = new Map<string, { sum: number[]; count: number }>();
    const dyes = worn.flatMap(({ kit }) =>
      kit.colours.map((name, i) => [name, i === 0 ? kit.shirt : kit.second] as const),
    );
    for (const [name, dye] of dyes) {
      const mean = means.get(name) ?? { sum: [0, 0, 0], count: 0 };
      dye.forEach((channel, c) => {
        mean.sum[c]! += channel;
      });
      mean.count++;
      means.set(name, mean);
    }
    expect([...means.keys()].sort()).toEqual([...COLOURS].sort());
    for (const [name, dye] of dyes) {
      const nearest = [...means].toSorted(([, a], [, b]) => distanceTo(dye, a) - distanceTo(dye, b))[0]![0];
      expect(nearest).toBe(name);
    }
  });

  test("are about four a picture, each in enough of them, and none in a tenth", () => {
    const counts = new Map(SHIRT_LABELS.map((label) => [label, 0]));
    let total = 0;
    for (const outfit of outfits) {
      for (const label of labelsOf(outfit)) {
        counts.set(label, counts.get(label)! + 1);
        total++;
      }
    }
    expect(counts.size).toBe(23);
    expect(total / outfits.length).toBeGreaterThan(3.9);
    expect(total / outfits.length).toBeLessThan(4.4);
    for (const [label, count] of counts) {
      expect(count / outfits.length, label).toBeGreaterThan(0.1);
      expect(count / outfits.length, label).toBeLessThan(0.45);
    }
    const none = outfits.filter((outfit) => labelsOf(outfit).length === 0).length / outfits.length;
    expect(none).toBeGreaterThan(0.08);
    expect(none).toBeLessThan(0.12);
  });
});

describe("golden of seed 42", () => {
  const names = Array.from({ length: 12 }, (_, i) => `train/${String(i).padStart(4, "0")}.jpg`);

  test("labels, as looked at", () => {
    expect(names.map((name) => labelsOf(chooseOutfit(42, name)).join("|"))).toEqual([
      "digit_1|digit_3|orange|sleeveless",
      "digit_5|digit_8|orange|blue|sash",
      "digit_1|digit_3|orange|blue|sash|sleeveless",
      "digit_6|digit_8|yellow|pink|striped",
      "digit_0|digit_9|black|blue|halves",
      "digit_1|digit_8|orange|blue|sash",
      "digit_3|digit_5|green|pink|halves|sleeveless",
      "digit_1|digit_7|white|sleeveless",
      "",
      "digit_1|digit_7|orange|green|hooped",
      "digit_1|digit_9|black|blue|sash|sleeveless",
      "digit_3|digit_9|yellow",
    ]);
  });

  test("pixels", () => {
    const hash = createHash("sha256");
    for (const name of names) hash.update(drawShirt(chooseOutfit(42, name), 48, 42, name).canvas.toBytes());
    expect(hash.digest("hex")).toBe("e46a5f8af9c835f885d742c9fdff96bf61ad59c840f38a11c048fe87a491fa9a");
  });
});

/** Share of the pixels that are cloth of this colour in some light. */
function shareOf({ pixels, size }: Canvas, [red, green, blue]: Colour): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const [r, g, b] = pixels.subarray(i, i + 3) as unknown as [number, number, number];
    const light = (r * red + g * green + b * blue) / (red ** 2 + green ** 2 + blue ** 2);
    const off = Math.hypot(r - light * red, g - light * green, b - light * blue);
    if (light > 0.6 && light < 1.35 && off < 6) count++;
  }
  return count / size ** 2;
}

function distanceTo(dye: Colour, { sum, count }: { sum: number[]; count: number }): number {
  return Math.hypot(...dye.map((channel, c) => channel - sum[c]! / count));
}
