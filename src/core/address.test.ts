import { expect, test } from "vitest";
import { withoutPasswords } from "./address.ts";
import { ClassifierTrainingError } from "./errors.ts";

test.each([
  ["https://me:pw@host:5000/a@b", "https://***@host:5000/a@b"],
  ["https://token@host", "https://***@host"],
  ["https://me:p@w@host", "https://***@host"],
  ["at 'postgres+ssl://me:pw@db/x', and http://a:b@c!", "at 'postgres+ssl://***@db/x', and http://***@c!"],
  ["https://host/path?mail=a@b", "https://host/path?mail=a@b"],
  ["https://host and a@b", "https://host and a@b"],
  ["me@host: nothing", "me@host: nothing"],
])("%s", (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown);
});

test("no error holds a password", () => {
  const error = new ClassifierTrainingError("usage", "X", "http://a:secret@b", {
    where: 'override "uri=http://a:secret@b"',
    hint: "try http://a:secret@b",
  });
  expect(error.toLine()).not.toContain("secret");
  expect(`${error.message}${error.where}${error.hint}${error.stack}`).not.toContain("secret");
});
