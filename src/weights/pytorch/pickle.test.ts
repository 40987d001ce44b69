import { describe, expect, it } from "vitest";
import { ByteCursor } from "../byte-cursor.ts";
import { bufferSource } from "../byte-source.ts";
import { TORCH_GLOBALS } from "./globals.ts";
import { limitsFor, unpickle } from "./pickle.ts";
import { type PickleValue, PythonFloat, PythonTuple } from "./pickle-values.ts";

/** Runs instructions written as Latin-1 text. */
function run(instructions: string, limits: Partial<ReturnType<typeof limitsFor>> = {}): PickleValue {
  const bytes = Buffer.from(instructions, "latin1");
  const environment = { globals: TORCH_GLOBALS, persistentLoad: (id: PickleValue) => id };
  const cursor = new ByteCursor(bufferSource(bytes, "test"));
  return unpickle(cursor, environment, { ...limitsFor(bytes.length), ...limits });
}

describe("values", () => {
  it.each<[string, string, PickleValue]>([
    // pickle.dumps(value, protocol) of CPython 3.11.
    [
      "a dict, protocol 2",
      "\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x01X\x01\x00\x00\x00bq\x02NK\x02\x88u.",
      new Map<PickleValue, PickleValue>([
        ["a", 1],
        ["b", null],
        [2, true],
      ]),
    ],
    [
      "a nested list, protocol 4",
      "\x80\x04\x95\x12\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01]\x94(K\x02K\x03e]\x94e.",
      [1, [2, 3], []],
    ],
    ["a text, protocol 4", "\x80\x04\x95\x07\x00\x00\x00\x00\x00\x00\x00\x8c\x03\xc3\xa9x\x94.", "éx"],
    ["bytes, protocol 3", "\x80\x03C\x03\x00\xff\x01q\x00.", Uint8Array.of(0, 255, 1)],
    [
      "bytes, protocol 2",
      "\x80\x02c_codecs\nencode\nq\x00X\x03\x00\x00\x00\x00\xc3\xbfq\x01X\x06\x00\x00\x00latin1q\x02\x86q\x03Rq\x04.",
      Uint8Array.of(0, 255),
    ],
    [
      "a set, protocol 4",
      "\x80\x04\x95\x09\x00\x00\x00\x00\x00\x00\x00\x8f\x94(K\x01K\x02\x90.",
      new Set([1, 2]),
    ],
    [
      "a set, protocol 2",
      "\x80\x02c__builtin__\nset\nq\x00]q\x01(K\x01K\x02e\x85q\x02Rq\x03.",
      new Set([1, 2]),
    ],
    [
      "integers",
      "\x80\x02]q\x00(K\xffM\xff\xffJ\xff\xff\xff\xff\x8a\x05\x00\x00\x00\x00\x80\x8a\x08\x00\x00\x00\x00\x00\x00\x20\x00\x8a\x00e.",
      [255, 65535, -1, -(2 ** 39), 2n ** 53n, 0],
    ],
    ["a float", "\x80\x02G?\xf8\x00\x00\x00\x00\x00\x00.", new PythonFloat(1.5)],
    [
      "tuples",
      "\x80\x02)K\x01\x85K\x01K\x02\x86K\x01K\x02K\x03\x87t.".replace("\x02)", "\x02()"),
      tuple(tuple(), tuple(1), tuple(1, 2), tuple(1, 2, 3)),
    ],
    ["a list of one", "\x80\x02]q\x00(K\x01e.", [1]],
    ["a name given by protocol 4", "\x80\x04\x8c\x05torch\x8c\x04Size\x93K\x02K\x03\x86\x85R.", tuple(2, 3)],
    [
      "an empty OrderedDict with attributes",
      "\x80\x02ccollections\nOrderedDict\n)R}X\x09\x00\x00\x00_metadataNsb.",
      new Map(),
    ],
    ["values taken off again", "\x80\x02(K\x01K\x021K\x030K\x04.", 4],
  ])("%s", (_, instructions, expected) => {
    const value = run(instructions);
    if (expected instanceof Map) expect([...(value as Map<PickleValue, PickleValue>)]).toEqual([...expected]);
    else expect(value).toEqual(expected);
  });

  function tuple(...items: PickleValue[]): PythonTuple {
    return new PythonTuple(items);
  }
});

describe("refusals", () => {
  it.each([
    ["a name outside the allow-list", "\x80\x02cposix\nsystem\n.", /"posix.system"/],
    ["such a name by protocol 4", "\x80\x04\x8c\x05posix\x8c\x06system\x93.", /"posix.system"/],
    ["a name that JavaScript objects have", "\x80\x02c__proto__\nconstructor\n.", /"__proto__.constructor"/],
    [
      "an attribute reached through dots",
      "\x80\x04\x8c\x05torch\x8c\x0eTensor.__new__\x93.",
      /Tensor.__new__/,
    ],
    ["nested loading", "\x80\x02ctorch.storage\n_load_from_bytes\n.", /_load_from_bytes/],
    ["a class that is not called", "\x80\x02ctorch\nFloatStorage\n)R.", /calls torch.FloatStorage/],
    ["a call of data", "\x80\x02K\x01)R.", /calls a number/],
    ["attributes of anything but a state dict", "\x80\x02]}b.", /sets attributes of a list/],
    ["instructions that weights do not need", "\x80\x02i", /instruction 0x69/],
    ["a text protocol", "\x80\x01N.", /protocol 1/],
    ["a protocol that does not exist yet", "\x80\x06N.", /protocol 6/],
  ])("%s", (_, instructions, message) => {
    expect(() => run(instructions)).toThrow(
      expect.objectContaining({ code: "PYTORCH_REFUSED", message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ["a missing mark", "\x80\x02K\x01t."],
    ["an empty stack", "\x80\x02\x85."],
    ["a value below the mark", "\x80\x02K\x01(\x85."],
    ["nothing to return", "\x80\x02."],
    ["an open mark", "\x80\x02N(."],
    ["nothing to remember", "\x80\x02q\x00."],
    ["a value never stored", "\x80\x02h\x00."],
    ["a key without a value", "\x80\x02}(K\x01u."],
    ["an item of a list", "\x80\x02]K\x01K\x02s."],
    ["an append to a dict", "\x80\x02}K\x01a."],
    ["a list as a key", "\x80\x02}]Ns."],
    ["a text that is not UTF-8", "\x80\x02U\x01\xff."],
    ["arguments that are no tuple", "\x80\x02ctorch\nSize\n]R."],
    ["a size that is no tuple", "\x80\x02ctorch\nSize\nN\x85R."],
  ])("%s is malformed", (_, instructions) => {
    expect(() => run(instructions)).toThrow(expect.objectContaining({ code: "PYTORCH_INVALID" }));
  });

  it.each([
    ["a text longer than the file", "\x80\x02X\xff\xff\xff\x00abc"],
    ["no STOP", "\x80\x02N"],
    ["a name without an end", "\x80\x02ctorch"],
  ])("%s ends too early", (_, instructions) => {
    expect(() => run(instructions)).toThrow(expect.objectContaining({ code: "WEIGHTS_TRUNCATED" }));
  });
});

describe("limits", () => {
  const limit = expect.objectContaining({ code: "PYTORCH_LIMIT" });

  it("caps the number of instructions", () => {
    expect(() => run(`\x80\x02${"N0".repeat(100)}N.`, { opcodes: 100 })).toThrow(limit);
  });

  it("caps the depth of the stack and of marks", () => {
    expect(() => run(`\x80\x02${"]".repeat(200_000)}`)).toThrow(limit);
    expect(() => run(`\x80\x02${"(".repeat(200_000)}`)).toThrow(limit);
  });

  it("caps what is remembered", () => {
    const puts = Array.from({ length: 20 }, (_, i) => `q${String.fromCharCode(i)}`).join("");
    expect(() => run(`\x80\x02N${puts}.`, { memo: 10 })).toThrow(limit);
  });

  it("caps lists and dicts by the size of the file: no small file becomes a large heap", () => {
    const thousand = `(${"}".repeat(1000)}e`;
    expect(() => run(`\x80\x02]${thousand.repeat(1000)}.`)).toThrow(limit);
    expect(run(`\x80\x02]${thousand.repeat(9)}.`)).toHaveLength(9000);
  });

  it("shares what is recalled: 60 levels of ten times the level below are 61 lists", () => {
    const levels = Array.from({ length: 60 }, (_, i) => {
      const recall = `h${String.fromCharCode(i)}`;
      return `](${recall.repeat(10)}eq${String.fromCharCode(i + 1)}`;
    });
    const top = run(`\x80\x02]q\x00${levels.join("")}.`) as PickleValue[];
    expect(top).toHaveLength(10);
    expect(top[0]).toBe(top[9]);
  });

  it("caps the length of one text before reading it", () => {
    expect(() => run("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.")).toThrow(limit);
  });
});
