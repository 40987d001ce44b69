// Words are those that a shell would give the command.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWords } from "./shell-words.ts";

test.each([
  "",
  "  ",
  "seed=1",
  " seed=1   trainer.max_epochs=2\n",
  "'data.root=my photos' seed=1",
  "data.root='my photos'",
  'data.root="my photos"',
  `a='it'\\''s' b="say \\"hi\\""`,
  `callbacks='[{"a":1}]' ~logger`,
  "a=b\\ c",
  `a="b\\n" c='\\n'`,
])("%j", (text) => {
  const script = `for word in ${text.trim()}; do printf '%s\\0' "$word"; done`;
  const words =
    text.trim() === ""
      ? []
      : execFileSync("sh", ["-f", "-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
  expect(shellWords(text)).toEqual(words);
});

test("a quote that nothing closes stands for itself", () => {
  expect(shellWords("a='b c")).toEqual(["a='b", "c"]);
});
