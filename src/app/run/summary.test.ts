import { expect, test } from "vitest";
import { ClassifierTrainingError } from "../../core/index.ts";
import { runError } from "./summary.ts";

test("an error is written down with its code, its message and the place it is about", () => {
  const error = new ClassifierTrainingError("data", "PICTURE_EMPTY", "is empty", { where: "a.jpg" });
  expect(runError(error)).toEqual({ code: "PICTURE_EMPTY", message: "is empty", where: "a.jpg" });
});

test("what is no error of the toolkit is written down as unexpected", () => {
  expect(runError(new TypeError("x is not a function"))).toEqual({
    code: "UNEXPECTED",
    message: "x is not a function",
  });
  expect(runError("gone")).toEqual({ code: "UNEXPECTED", message: "gone" });
});
