import { expect, test } from "vitest";
import { shorten } from "./shorten.ts";

test.each([
  ["shoes", 5, "shoes"],
  ["longsleeve", 6, "longs…"],
  ["clothes/lower/skirt", 18, "…/lower/skirt"],
  ["clothes/lower/skirt", 8, "…/skirt"],
  ["clothes/lower/skirt", 5, "skirt"],
  ["clothes/lower/skirt", 4, "ski…"],
  ["犬犬犬", 2, "犬…"],
  ["ab", 0, "a…"],
])("%s in %i characters is %s", (name, room, short) => {
  expect(shorten(name, room)).toBe(short);
});
