// Tables as people have them: separators, blanks, headers, ends of lines.
import { describe, expect, test } from "vitest";
import { parseClassNames } from "./class-names.ts";
import { findSeparator, parseTable } from "./table.ts";

const rows = (
  text: string,
  header: boolean,
  separator: string | null = null,
): readonly (readonly string[])[] =>
  parseTable(text, "list", { header, separator }).rows.map(({ values }) => values);

describe("separators are found", () => {
  test.each([
    ["a.jpg,x\nb.jpg,y\n", ","],
    ["a.jpg;x\nb.jpg;y\n", ";"],
    ["a.jpg\tx\nb.jpg\ty\n", "\t"],
    ["a.jpg x\nb.jpg   y\n", " "],
    ["train/a/001.jpg, 0, 0\ntrain/a/002.jpg, 0, 0\n", ","],
    ['"a;1.jpg",x\n"b;2.jpg",y\n', ","],
    ['\uFEFFpath;label\r\n"a,1.jpg";"01"\r\na,2.jpg;1\r\n', ";"],
    ["my cat.jpg\tcat\nmy dog.jpg\tdog\n", "\t"],
    ["a b.png,x\nc d.png,y,z\n", undefined],
    ["a.jpg\nb.jpg\n", undefined],
    ["", undefined],
  ])("%j", (text, separator) => {
    expect(findSeparator(text)).toBe(separator);
  });
});

describe("fields", () => {
  test("lose the blanks around them, but not those in quotes", () => {
    const expected = [
      ["a 1.jpg", "cat"],
      [" b.jpg ", "dog"],
      ["", ""],
    ];
    expect(rows(' a 1.jpg ,  cat\n" b.jpg " , dog \n , \n', false)).toEqual(expected);
    expect(rows('a 1.jpg\tcat\r\n" b.jpg "\t dog\r\n\t', false, "\t")).toEqual(expected);
  });

  test("may have any number of blanks between them", () => {
    expect(rows('a/1.jpg 0\n  b/2.jpg\t  1  \n\n"c 3.jpg" 01', false)).toEqual([
      ["a/1.jpg", "0"],
      ["b/2.jpg", "1"],
      ["c 3.jpg", "01"],
    ]);
  });

  test("keep their lines' numbers", () => {
    const { columns, rows: read } = parseTable('path,label\r\n\r\n"a\n1.jpg",x\r\nb.jpg,y', "list", {
      header: true,
      separator: null,
    });
    expect(columns).toEqual(["path", "label"]);
    expect(read.map(({ line }) => line)).toEqual([3, 5]);
  });
});

describe("another separator than was given is named", () => {
  test.each([
    ['path;label\n"a/1.jpg";"01"\n', ",", '";", not by ","'],
    ["path;label\na/1.jpg;01\n", ",", '";", not by ","'],
    ["path,label\na.jpg,x\n", "\t", '",", not by tabs'],
    ["path\tlabel\na b.jpg\tx\n", " ", "tabs, not by blanks"],
  ])("%j", (text, separator, named) => {
    expect(() => rows(text, true, separator)).toThrow(
      expect.objectContaining({
        code: "TABLE_SEPARATOR",
        message: `the fields seem to be separated by ${named}`,
        hint: expect.stringContaining("data.separator=null"),
      }),
    );
  });

  test("but what fits is taken as it is given", () => {
    expect(rows("a;b,c\nd;e,f\n", false, ";")).toEqual([
      ["a", "b,c"],
      ["d", "e,f"],
    ]);
    expect(() => rows("a,b\nc\n", false, ",")).toThrow(expect.objectContaining({ code: "TABLE_ROW" }));
  });
});

describe("names of classes", () => {
  test.each([
    [
      "cat\ngolden retriever\n",
      [
        ["0", "cat"],
        ["1", "golden retriever"],
      ],
    ],
    [
      "\uFEFF7 golden retriever\r\n3  cat\r\n",
      [
        ["7", "golden retriever"],
        ["3", "cat"],
      ],
    ],
    [
      '0,"cat, wild"\n1;dog\n',
      [
        ["0", "cat, wild"],
        ["1", "dog"],
      ],
    ],
    [
      "01\tone\n1\tuno\n",
      [
        ["01", "one"],
        ["1", "uno"],
      ],
    ],
    [
      "3 cats\nno number\n",
      [
        ["0", "3 cats"],
        ["1", "no number"],
      ],
    ],
  ])("%j", (text, names) => {
    expect([...parseClassNames(text, "names")]).toEqual(names);
  });

  test.each(["", "0 cat\n0 dog\n", "cat\ncat\n"])("%j is refused", (text) => {
    expect(() => parseClassNames(text, "names")).toThrow(expect.objectContaining({ code: "CLASS_NAMES" }));
  });
});
