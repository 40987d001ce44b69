import { describe, expect, test } from "vitest";
import { readCsv, readLabelList, writeCsv, writeLabelList } from "./csv.ts";

test("quotes only what needs it", () => {
  expect(
    writeCsv([
      ["a", 1],
      ['x,"y"', "z\nz"],
    ]),
  ).toBe('a,1\n"x,""y""","z\nz"\n');
});

test.each([
  [
    [
      ["a", "b"],
      ["", "2"],
    ],
  ],
  [
    [
      ['say "hi"', "1,5", "two\nlines", ""],
      ["é", " ", "#", "'"],
    ],
  ],
  [[["", ""], ["only"]]],
])("reads back what it wrote: %j", (rows) => {
  expect(readCsv(writeCsv(rows))).toEqual(rows);
});

test("a last line without line feed counts, empty lines do not", () => {
  expect(readCsv("a,b\r\n\n1,")).toEqual([
    ["a", "b"],
    ["1", ""],
  ]);
  expect(readCsv("")).toEqual([]);
});

describe("a list of labels in a cell", () => {
  test.each([[[]], [["red"]], [["red", "striped"]], [["a|b", "c\\", "\\|", "<b>\"'", "with\nbreak"]]])(
    "%j is read as it was written",
    (names) => {
      expect(readLabelList(writeLabelList(names))).toEqual(names);
    },
  );

  test("common names stand as they are", () => {
    expect(writeLabelList(["digit 1", "red"])).toBe("digit 1|red");
  });
});
