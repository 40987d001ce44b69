// The JSON header of a safetensors file, parsed strictly: exactly the format's fields, no key twice.
import type { ClassifierTrainingError, DType } from "../core/index.ts";
import type { TensorInfo } from "./weights-file.ts";

/** One tensor of the file: what it is, and which bytes are its. */
export interface SafetensorsEntry extends TensorInfo {
  /** First byte of the tensor, counted from the end of the header. */
  readonly begin: number;
  /** The byte after its last. */
  readonly end: number;
}

/** All that the file says before its first tensor's bytes. */
export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the header's order. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** Safetensors' names of the element types. */
export const SAFETENSORS_DTYPES: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

const DTYPE_OF_NAME: ReadonlyMap<string, DType> = new Map(
  Object.entries(SAFETENSORS_DTYPES).map(([dtype, name]) => [name, dtype as DType]),
);

/** More dimensions than any tensor library supports. */
const LARGEST_RANK = 64;

/**
 * Parses the header's bytes. `JSON.parse` would keep the last of two equal keys silently and put keys such
 * as "0" first, so the grammar, which is small and fixed, is read here.
 * @param invalid makes the error that is thrown.
 */
export function parseSafetensorsHeader(
  bytes: Uint8Array,
  invalid: (message: string) => ClassifierTrainingError,
): SafetensorsHeader {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid("the header is not UTF-8");
  }
  if (!text.startsWith("{")) throw invalid("the header does not start with {");
  return new HeaderParser(text, invalid).header();
}

class HeaderParser {
  readonly #text: string;
  readonly #invalid: (message: string) => ClassifierTrainingError;
  #position = 0;

  constructor(text: string, invalid: (message: string) => ClassifierTrainingError) {
    this.#text = text;
    this.#invalid = invalid;
  }

  header(): SafetensorsHeader {
    let metadata: Map<string, string> | undefined;
    const tensors = new Map<string, SafetensorsEntry>();
    this.#object((key) => {
      if (key === "__metadata__") {
        if (metadata !== undefined) throw this.#twice(key);
        metadata = this.#metadata();
      } else {
        if (tensors.has(key)) throw this.#twice(key);
        tensors.set(key, this.#tensor(key));
      }
    });
    if (this.#peek() !== undefined) throw this.#unexpected("the end of the header");
    return { metadata: metadata ?? new Map<string, string>(), tensors };
  }

  #metadata(): Map<string, string> {
    const metadata = new Map<string, string>();
    this.#object((key) => {
      if (metadata.has(key)) throw this.#twice(key);
      metadata.set(key, this.#string());
    });
    return metadata;
  }

  #tensor(name: string): SafetensorsEntry {
    let dtypeName: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    this.#object((key) => {
      if (key === "dtype" && dtypeName === undefined) dtypeName = this.#string();
      else if (key === "shape" && shape === undefined) shape = this.#integers(LARGEST_RANK);
      else if (key === "data_offsets" && offsets === undefined) offsets = this.#integers(2);
      else throw this.#invalid(`"${name}" has the field "${key}" twice or should not have it`);
    });
    if (dtypeName === undefined || shape === undefined || offsets?.length !== 2) {
      throw this.#invalid(`"${name}" needs dtype, shape and two data_offsets`);
    }
    const dtype = DTYPE_OF_NAME.get(dtypeName);
    if (dtype === undefined) throw this.#invalid(`"${name}" has the unsupported dtype "${dtypeName}"`);
    return { dtype, shape, begin: offsets[0]!, end: offsets[1]! };
  }

  #object(field: (key: string) => void): void {
    this.#expect("{");
    if (this.#accept("}")) return;
    do {
      const key = this.#string();
      this.#expect(":");
      field(key);
    } while (this.#accept(","));
    this.#expect("}");
  }

  #integers(most: number): number[] {
    const integers: number[] = [];
    this.#expect("[");
    if (this.#accept("]")) return integers;
    do {
      if (integers.length === most) throw this.#unexpected(`at most ${most} numbers`);
      integers.push(this.#integer());
    } while (this.#accept(","));
    this.#expect("]");
    return integers;
  }

  #integer(): number {
    this.#peek();
    const pattern = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    pattern.lastIndex = this.#position;
    const digits = pattern.exec(this.#text)?.[0];
    const value = Number(digits);
    if (digits === undefined || !Number.isSafeInteger(value)) throw this.#unexpected("a whole number");
    this.#position += digits.length;
    return value;
  }

  #string(): string {
    if (this.#peek() !== '"') throw this.#unexpected("a string");
    let end = this.#position;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#unexpected("a string that ends");
    } while (this.#escaped(end));
    let value: unknown;
    try {
      value = JSON.parse(this.#text.slice(this.#position, end + 1));
    } catch {
      // Reported below.
    }
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) throw this.#unexpected("a valid string");
    this.#position = end + 1;
    return value;
  }

  /** Whether an odd number of backslashes stands before `index`. */
  #escaped(index: number): boolean {
    let start = index;
    while (this.#text[start - 1] === "\\") start--;
    return (index - start) % 2 === 1;
  }

  /** The next character that is not white space. */
  #peek(): string | undefined {
    while (" \t\n\r".includes(this.#text[this.#position] ?? "x")) this.#position++;
    return this.#text[this.#position];
  }

  #accept(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#unexpected(character);
  }

  #unexpected(expected: string): ClassifierTrainingError {
    const found = this.#peek();
    const seen = found === undefined ? "the end" : JSON.stringify(found);
    return this.#invalid(`the header has ${seen} at character ${this.#position} instead of ${expected}`);
  }

  #twice(key: string): ClassifierTrainingError {
    return this.#invalid(`the header has "${key}" twice`);
  }
}
