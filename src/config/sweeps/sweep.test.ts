import { describe, expect, it } from "vitest";
import { matchesGlob } from "../overrides/glob.ts";
import { expandSweep } from "./sweep.ts";

const values = (override: string, options: string[] = []): string[] =>
  expandSweep({ overrides: [override], options: () => options })
    .flat()
    .map(([job = ""]) => job.slice(job.indexOf("=") + 1));

describe("values of a sweep", () => {
  it.each([
    ["a=1,1", ["1", "1"]],
    ["a=range(0,0.3,0.1)", ["0.0", "0.1", "0.2"]],
    ["a=range(0,0.9,0.3)", ["0.0", "0.3", "0.6", "0.8999999999999999"]],
    ["a=range(3)", ["0", "1", "2"]],
    ["a=range(5,0,-2)", ["5", "3", "1"]],
    ["a=sort(range(0,5,2),reverse=true)", ["4", "2", "0"]],
    ["a=sort(3,1,2)", ["1", "2", "3"]],
    ["a=tag(t,choice(x,'y z'))", ["x", "y\\ z"]],
    ["a=float(range(1,3))", ["1.0", "2.0"]],
    ["a=str(choice(1,true))", ["1", "true"]],
    ["a=b\\:c,d", ["b\\:c", "d"]],
    ["~a", ["null"]],
  ])("%s", (override, expected) => {
    expect(values(override)).toStrictEqual(expected);
  });

  it("a shuffled sweep has one order, so that it can be resumed", () => {
    const first = values("a=shuffle(range(0,50))");
    expect(values("a=shuffle(range(0,50))")).toStrictEqual(first);
    expect(first).not.toStrictEqual(values("a=range(0,50)"));
    expect([...first].sort()).toStrictEqual([...values("a=range(0,50)")].sort());
  });

  it("glob takes the options that fit", () => {
    expect(values("m=glob([resnet*,vit],exclude=*50)", ["resnet18", "resnet50", "vit", "vgg"])).toStrictEqual(
      ["resnet18", "vit"],
    );
  });

  it("is refused where it has no end", () => {
    expect(() => values("a=interval(0,1)")).toThrow(/no finite number/);
    expect(() => values("a=range(0,1e12)")).toThrow(/more than/);
    expect(() => values("a=range(0,inf)")).toThrow(/more than/);
    expect(() => expandSweep({ overrides: ["a=range(1000)", "b=range(1000)"] })).toThrow(/1000000 jobs/);
  });
});

describe("globs", () => {
  it.each([
    ["*", "", true],
    ["a*c", "abbc", true],
    ["a*c", "abcd", false],
    ["a?c", "abc", true],
    ["[a-c]x", "bx", true],
    ["[!a-c]x", "bx", false],
    ["a[", "a[", true],
    [`${"*a".repeat(30)}b`, "a".repeat(60), false],
  ])("%s on %s", (pattern, name, fits) => {
    expect(matchesGlob(pattern, name)).toBe(fits);
  });
});
