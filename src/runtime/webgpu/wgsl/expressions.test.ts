// Literals of WGSL.
import { expect, test } from "vitest";
import { binaryExpression, literal } from "./expressions.ts";

test("numbers keep every bit of their type", () => {
  expect(literal("f32", 0.1)).toBe(`${Math.fround(0.1)}f`);
  expect(literal("f32", -2)).toBe("(-2f)");
  expect(literal("f32", -0)).toBe("(-0f)");
  expect(literal("f32", Number.POSITIVE_INFINITY)).toBe("f32_of_bits(0x7f800000u)");
  expect(literal("i32", -3)).toBe("(-3)");
  expect(literal("i64", -1n)).toBe("vec2u(4294967295u, 4294967295u)");
  expect(literal("i64", 2n ** 40n)).toBe("vec2u(0u, 256u)");
});

test("an op that a type lacks is an error that says so", () => {
  expect(() => binaryExpression("div", "i64", "a", "b", "layer1")).toThrow(
    expect.objectContaining({ code: "WEBGPU_DTYPE", where: "layer1" }),
  );
});
