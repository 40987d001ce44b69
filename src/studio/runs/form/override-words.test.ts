// What is typed into a field is what the training gets, through the command line and through a shell.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../../app/search/trial-overrides.ts";
import { parseOverride } from "../../../config/index.ts";
import { overrideWord } from "./override-words.ts";

const TEXTS = [
  ...["photos", "my photos", "it's", `"quoted"`, "a,b", "[x]", "{a:b}", "k=v", "null", "1", "true", "1e-3"],
  ...[
    "back\\slash",
    "ends\\",
    "both'\"\\'",
    "$(rm -rf x)",
    "`x`",
    "choice(a,b)",
    "range(1,3)",
    "ü 漢字",
    "",
    " ",
  ],
];

const valueIn = (word: string): unknown => {
  const { value } = parseOverride(word);
  return value?.kind === "scalar" ? value.node.value : value;
};

test.each(TEXTS)("a text field keeps %j", (text) => {
  const word = overrideWord("data.root", text, { control: { kind: "text" }, isNullable: false });
  expect(valueIn(word)).toBe(text);
  const shown = execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" });
  expect(shown).toBe(word);
});

test("other fields hold values", () => {
  const number = {
    control: { kind: "number", isInteger: false, min: null, max: null },
    isNullable: true,
  } as const;
  expect(valueIn(overrideWord("a", "0.5", number))).toBe(0.5);
  expect(valueIn(overrideWord("a", "null", number))).toBeNull();
  const any = { control: { kind: "any" }, isNullable: false } as const;
  expect(valueIn(overrideWord("a", "true", any))).toBe(true);
  expect(overrideWord("a", "[1,2]", any)).toBe("a=[1,2]");
  // One field never starts several runs.
  expect(valueIn(overrideWord("a", "1,2", any))).toBe("1,2");
  expect(overrideWord("a.b", "1", { ...any, isNew: true })).toBe("+a.b=1");
  const nullable = { control: { kind: "text" }, isNullable: true } as const;
  expect(valueIn(overrideWord("a", "null", nullable))).toBeNull();
});
