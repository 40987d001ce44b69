// The table of networks says what the catalogues say.
import { expect, test } from "vitest";
import { networksTable, readPage, withTable } from "../../docs/scripts/networks-table.ts";

test("docs/models.md has every network as it is; else run docs/scripts/networks-table.ts", () => {
  expect(readPage()).toBe(withTable(readPage(), networksTable()));
});
