import { expect, test } from "vitest";
import { readLabelList, writeLabelList } from "./label-list.ts";

test.each([[[]], [["red"]], [["red", "striped"]], [["a|b", "c\\", "\\|", "<b>\"'", "with\nbreak"]]])(
  "%j is read as it was written",
  (names) => {
    expect(readLabelList(writeLabelList(names))).toEqual(names);
  },
);

test("common names stand as they are", () => {
  expect(writeLabelList(["digit 1", "red"])).toBe("digit 1|red");
});
