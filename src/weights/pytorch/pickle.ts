// A pickle machine that only ever builds data: an allow-list of opcodes and names, with caps on everything.
import type { ByteCursor } from "../byte-cursor.ts";
import { beyondLimit, invalid, refused } from "./errors.ts";
import * as op from "./opcodes.ts";
import {
  describe,
  hashable,
  OrderedDict,
  PickleGlobal,
  type PickleValue,
  PythonFloat,
  PythonTuple,
} from "./pickle-values.ts";

const LINE_FEED = 0x0a;
const LONGEST_NAME = 256;

/** What the names and the persistent ids of a pickle stand for. */
export interface PickleEnvironment {
  /** The allow-list, by `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  persistentLoad(id: PickleValue): PickleValue;
}

/** Caps on what a pickle may use; beyond any real file of weights, and small enough for a hostile one. */
export interface PickleLimits {
  readonly opcodes: number;
  readonly stack: number;
  readonly memo: number;
  /** Lists, dicts, sets and tuples. */
  readonly containers: number;
  /** Bytes of one string or integer. */
  readonly text: number;
}

/** The caps for a file of `fileSize` bytes: a tensor takes 7 containers and at least 400 bytes of a file. */
export function limitsFor(fileSize: number): PickleLimits {
  return {
    opcodes: 4_000_000,
    stack: 16_384,
    memo: 1_000_000,
    containers: 10_000 + Math.ceil(fileSize / 32),
    text: 16 * 1024 * 1024,
  };
}

/**
 * Runs the pickle at the cursor and leaves the cursor behind its STOP.
 *
 * Nothing in a pickle reaches code: a name that is not in the allow-list is refused by name, and calling one
 * that is runs a function of ours that checks its arguments and builds data.
 * @throws ClassifierTrainingError `PYTORCH_INVALID`, `PYTORCH_REFUSED`, `PYTORCH_LIMIT` or `WEIGHTS_TRUNCATED`.
 */
export function unpickle(
  cursor: ByteCursor,
  environment: PickleEnvironment,
  limits: PickleLimits,
): PickleValue {
  return new PickleMachine(cursor, environment, limits).run();
}

class PickleMachine {
  readonly #cursor: ByteCursor;
  readonly #environment: PickleEnvironment;
  readonly #limits: PickleLimits;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at the open marks. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #containers = 0;

  constructor(cursor: ByteCursor, environment: PickleEnvironment, limits: PickleLimits) {
    this.#cursor = cursor;
    this.#environment = environment;
    this.#limits = limits;
  }

  run(): PickleValue {
    for (let count = 0; count < this.#limits.opcodes; count++) {
      const opcode = this.#cursor.uint8();
      if (opcode === op.STOP) return this.#popMany(1)[0]!;
      this.#step(opcode);
    }
    throw beyondLimit(`the pickle has more than ${this.#limits.opcodes} instructions`);
  }

  #step(opcode: number): void {
    const value = this.#value(opcode);
    if (value === undefined) this.#act(opcode);
    else this.#push(value);
  }

  /** What an instruction pushes; undefined for those that push nothing. */
  #value(opcode: number): PickleValue | undefined {
    const cursor = this.#cursor;
    switch (opcode) {
      case op.NONE:
        return null;
      case op.NEWTRUE:
        return true;
      case op.NEWFALSE:
        return false;
      case op.BININT:
        return cursor.int32();
      case op.BININT1:
        return cursor.uint8();
      case op.BININT2:
        return cursor.uint16();
      case op.LONG1:
        return decodeLong(cursor.bytes(cursor.uint8()));
      case op.BINFLOAT:
        return new PythonFloat(cursor.float64BigEndian());
      case op.SHORT_BINUNICODE:
      case op.SHORT_BINSTRING:
        return this.#text(cursor.uint8());
      case op.BINUNICODE:
      case op.BINSTRING:
        return this.#text(cursor.uint32());
      case op.BINUNICODE8:
        return this.#text(cursor.uint64());
      case op.SHORT_BINBYTES:
        return this.#bytes(cursor.uint8()).slice();
      case op.BINBYTES:
        return this.#bytes(cursor.uint32()).slice();
      case op.BINBYTES8:
        return this.#bytes(cursor.uint64()).slice();
      case op.EMPTY_TUPLE:
        return this.#container(new PythonTuple([]));
      case op.TUPLE1:
        return this.#container(new PythonTuple(this.#popMany(1)));
      case op.TUPLE2:
        return this.#container(new PythonTuple(this.#popMany(2)));
      case op.TUPLE3:
        return this.#container(new PythonTuple(this.#popMany(3)));
      case op.TUPLE:
        return this.#container(new PythonTuple(this.#popMark()));
      case op.EMPTY_LIST:
        return this.#container([]);
      case op.EMPTY_DICT:
        return this.#container(new Map());
      case op.EMPTY_SET:
        return this.#container(new Set());
      case op.BINGET:
        return this.#recall(cursor.uint8());
      case op.LONG_BINGET:
        return this.#recall(cursor.uint32());
      case op.GLOBAL:
        return this.#global(this.#line(), this.#line());
      case op.STACK_GLOBAL: {
        const [module, name] = this.#popMany(2);
        return this.#global(module, name);
      }
      case op.REDUCE:
      case op.NEWOBJ:
        return this.#call();
      case op.BUILD:
        return this.#build();
      case op.BINPERSID:
        return this.#environment.persistentLoad(this.#popMany(1)[0]!);
      default:
        return undefined;
    }
  }

  #act(opcode: number): void {
    const cursor = this.#cursor;
    switch (opcode) {
      case op.PROTO:
        this.#protocol(cursor.uint8());
        break;
      case op.FRAME:
        cursor.uint64();
        break;
      case op.MARK:
        if (this.#marks.length >= this.#limits.stack) throw beyondLimit("the pickle is nested too deeply");
        this.#marks.push(this.#stack.length);
        break;
      case op.POP:
        if (this.#stack.length > this.#floor()) this.#stack.pop();
        else this.#popMark();
        break;
      case op.POP_MARK:
        this.#popMark();
        break;
      case op.APPEND:
        this.#extendList(this.#popMany(1));
        break;
      case op.APPENDS:
        this.#extendList(this.#popMark());
        break;
      case op.SETITEM:
        this.#extendDict(this.#popMany(2));
        break;
      case op.SETITEMS:
        this.#extendDict(this.#popMark());
        break;
      case op.ADDITEMS:
        this.#extendSet(this.#popMark());
        break;
      case op.BINPUT:
        this.#memoize(cursor.uint8());
        break;
      case op.LONG_BINPUT:
        this.#memoize(cursor.uint32());
        break;
      case op.MEMOIZE:
        this.#memoize(this.#memo.size);
        break;
      default:
        throw refused(`the pickle uses instruction 0x${opcode.toString(16)}, which weights do not need`);
    }
  }

  #protocol(version: number): void {
    if (version < 2 || version > 5) throw refused(`pickle protocol ${version} is not supported`);
  }

  /** Height below which nothing may be taken: the innermost open mark. */
  #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  #push(value: PickleValue): void {
    if (this.#stack.length >= this.#limits.stack) throw beyondLimit("the pickle is nested too deeply");
    this.#stack.push(value);
  }

  /** Counts a container that is about to be pushed. */
  #container(value: PickleValue): PickleValue {
    if (++this.#containers > this.#limits.containers) {
      throw beyondLimit(`the pickle builds more than ${this.#limits.containers} lists, dicts and tuples`);
    }
    return value;
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length - count < this.#floor()) throw invalid("the pickle takes from an empty stack");
    return this.#stack.splice(this.#stack.length - count, count);
  }

  /** Everything above the innermost mark. */
  #popMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw invalid("the pickle lacks a mark");
    return this.#stack.splice(height);
  }

  #top(): PickleValue {
    if (this.#stack.length <= this.#floor()) throw invalid("the pickle takes from an empty stack");
    return this.#stack.at(-1)!;
  }

  #bytes(length: number): Uint8Array {
    if (length > this.#limits.text) throw beyondLimit(`the pickle has a text of ${length} bytes`);
    return this.#cursor.bytes(length);
  }

  #text(length: number): string {
    try {
      return this.#decoder.decode(this.#bytes(length));
    } catch (error) {
      if (error instanceof TypeError) throw invalid("a text in the pickle is not UTF-8");
      throw error;
    }
  }

  /** An ASCII line, as GLOBAL has them; the line feed is left out. */
  #line(): string {
    let line = "";
    for (let byte = this.#cursor.uint8(); byte !== LINE_FEED; byte = this.#cursor.uint8()) {
      if (byte < 0x20 || byte > 0x7e || line.length >= LONGEST_NAME)
        throw invalid("a name in the pickle is malformed");
      line += String.fromCharCode(byte);
    }
    return line;
  }

  #memoize(index: number): void {
    if (this.#memo.size >= this.#limits.memo) throw beyondLimit("the pickle remembers too many values");
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw invalid(`the pickle recalls value ${index}, which it never stored`);
    return value;
  }

  #global(module: PickleValue | undefined, name: PickleValue | undefined): PickleGlobal {
    if (typeof module !== "string" || typeof name !== "string") {
      throw invalid("a name in the pickle is no text");
    }
    const global = this.#environment.globals.get(`${module}.${name}`);
    if (global === undefined) {
      throw refused(`the file asks for ${JSON.stringify(`${module}.${name}`)}, which weights do not need`);
    }
    return global;
  }

  #call(): PickleValue {
    const [callee, args] = this.#popMany(2);
    if (!(callee instanceof PickleGlobal) || callee.call === undefined) {
      throw refused(`the pickle calls ${describe(callee)}`);
    }
    if (!(args instanceof PythonTuple)) throw invalid("the arguments of a call in the pickle are no tuple");
    return this.#container(callee.call(args.items));
  }

  /** Attributes of a state dict (its `_metadata`) say nothing about tensors: they are dropped. */
  #build(): PickleValue {
    const [target, state] = this.#popMany(2);
    if (!(target instanceof OrderedDict) || !(state instanceof Map)) {
      throw refused(`the pickle sets attributes of ${describe(target)}`);
    }
    return target;
  }

  #extendList(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw invalid(`the pickle appends to ${describe(list)}`);
    for (const item of items) list.push(item);
  }

  #extendDict(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw invalid(`the pickle sets an item of ${describe(dict)}`);
    if (items.length % 2 !== 0) throw invalid("a key in the pickle has no value");
    for (let i = 0; i < items.length; i += 2) dict.set(hashable(items[i]!), items[i + 1]!);
  }

  #extendSet(items: readonly PickleValue[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw invalid(`the pickle adds to ${describe(set)}`);
    for (const item of items) set.add(hashable(item));
  }
}

/** A little-endian integer in two's complement. */
function decodeLong(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  value = BigInt.asIntN(bytes.length * 8, value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
