// The variables' memory: one flat buffer per storage, whose members may have layouts of their own.
import { sizeOf, type TensorData } from "../../../core/index.ts";
import type { Storage, VariableRef } from "../../../graph/index.ts";
import type { StorageMemory } from "../../contract.ts";
import {
  ALIGNMENT,
  AlignedMemory,
  ARG,
  aligned,
  Engine,
  isDense,
  type Layout,
  type Library,
  SLAB_BYTES,
} from "../ffi/index.ts";
import type { Arena, Place } from "./arena.ts";
import {
  ELEMENT_BYTES,
  type ElementArray,
  type ElementType,
  elementTypeOf,
  viewElements,
} from "./element-type.ts";
import { orderOf, Region, ROW_MAJOR, type Tensor } from "./tensor.ts";

interface Held {
  readonly storage: Storage;
  readonly place: Place;
  readonly region: Region;
  readonly family: Family;
}

/**
 * Storages whose members have the same shapes in the same order (parameters, their gradients, their moments)
 * share the members' layouts, so that whole storages can be combined element by element.
 */
interface Family {
  readonly name: string;
  /** Layouts other than row-major, by the member's offset. */
  readonly layouts: Map<number, Layout>;
}

/**
 * Holds the variables of a session. Every member is row-major until a plan that works on it gives it the layout
 * its kernels want; readers and writers outside of plans always see rows.
 */
export class VariableStore {
  readonly #library: Library;
  readonly #engine: Engine;
  readonly #held = new Map<string, Held>();
  readonly #rows = new Map<string, Layout>();
  /** Memory that elements change their layout in. */
  readonly #conversion: AlignedMemory;
  #version = 0;

  constructor(library: Library, arena: Arena, storages: readonly Storage[]) {
    this.#library = library;
    this.#engine = new Engine(library);
    this.#conversion = new AlignedMemory(library, 0, SLAB_BYTES);
    const families = new Map<string, Family>();
    for (const storage of storages) {
      const name = [storage.dtype, ...storage.members.map(({ shape }) => shape.join("x"))].join(",");
      const family = families.get(name) ?? { name: `family ${families.size}`, layouts: new Map() };
      families.set(name, family);
      const bytes = storage.size * ELEMENT_BYTES[elementTypeOf(storage.dtype)];
      const place = arena.take(bytes);
      const region = new Region(bytes, place);
      this.#held.set(storage.name, { storage, place, region, family });
    }
  }

  /** Changes whenever a member gets a layout: plans made before must be made again. */
  get version(): number {
    return this.#version;
  }

  /** A variable as it lies. For a range that is neither a member nor a whole storage see `isPlain`. */
  tensorOf(variable: VariableRef): Tensor {
    const { region, family, storage } = this.#held.get(variable.storage)!;
    const type = elementTypeOf(variable.dtype);
    const byteOffset = variable.offset * ELEMENT_BYTES[type];
    const dims = variable.shape.length === 0 ? [1] : variable.shape;
    const row = type === "s64" ? undefined : this.#rowLayout(type, dims);
    const view = { region, byteOffset, type, shape: variable.shape };
    if (isMember(storage, variable)) {
      const layout = family.layouts.get(variable.offset);
      return layout === undefined
        ? { ...view, layout: row, order: ROW_MAJOR }
        : { ...view, layout, order: orderOf(layout) };
    }
    return { ...view, layout: row, order: this.isPlain(variable) ? ROW_MAJOR : family.name };
  }

  /** Whether the variable is a member of its storage as it is declared. */
  isMember(variable: VariableRef): boolean {
    return isMember(this.#held.get(variable.storage)!.storage, variable);
  }

  /** Whether the variable's elements lie row by row. */
  isPlain(variable: VariableRef): boolean {
    return this.membersWithin(variable).every(({ offset }) => !this.#layoutsOf(variable).has(offset));
  }

  /** Members that overlap the variable's range. */
  membersWithin(variable: VariableRef): readonly VariableRef[] {
    const end = variable.offset + sizeOf(variable.shape);
    return this.#held
      .get(variable.storage)!
      .storage.members.filter(
        (member) => member.offset < end && variable.offset < member.offset + sizeOf(member.shape),
      );
  }

  /** The storage of a variable as one range. */
  wholeOf(variable: VariableRef): VariableRef {
    const { storage } = this.#held.get(variable.storage)!;
    return { ...variable, name: storage.name, shape: [storage.size], offset: 0 };
  }

  /**
   * Gives a member (and its like in all storages of the family) a layout, if it has none yet, the layout fills the
   * same memory and the member begins on a cache line.
   */
  adoptLayout(variable: VariableRef, layout: Layout): void {
    const held = this.#held.get(variable.storage)!;
    const aligned = (variable.offset * ELEMENT_BYTES.f32) % ALIGNMENT === 0;
    const eligible = isMember(held.storage, variable) && aligned && isDense(layout) && layout.type === "f32";
    if (!eligible || held.family.layouts.has(variable.offset) || orderOf(layout) === ROW_MAJOR) return;
    const kept = this.#engine.copied(layout);
    for (const other of this.#held.values()) {
      if (other.family !== held.family) continue;
      const twin = { ...variable, storage: other.storage.name };
      this.#relayout(twin, this.#rowLayout("f32", layout.dims), kept);
    }
    held.family.layouts.set(variable.offset, kept);
    this.#version++;
  }

  /** A whole storage of floats as it lies, not copied. */
  memory({ storage: name }: VariableRef): StorageMemory {
    const { storage, place, family } = this.#held.get(name)!;
    const { memory, offset } = place;
    const orders = Array.from(family.layouts, ([at, layout]) => `${at}:${orderOf(layout)}`).sort();
    return {
      elements: viewElements("f32", memory.buffer, memory.byteOffset + offset, storage.size) as Float32Array,
      layout: orders.join(" "),
    };
  }

  /** The elements of a variable, row by row, copied. */
  read(variable: VariableRef): TensorData {
    const length = sizeOf(variable.shape);
    const rows = this.#rowsOf(variable);
    return rows.slice(0, length) as TensorData;
  }

  /** Sets a variable from elements given row by row. */
  write(variable: VariableRef, data: ElementArray): void {
    const members = this.membersWithin(variable);
    const layouts = this.#layoutsOf(variable);
    const elements = this.elements(variable);
    if (members.every(({ offset }) => !layouts.has(offset))) {
      (elements as Float32Array).set(data as Float32Array);
      return;
    }
    const whole = members.map((member) => ({ member, rows: this.#memberRows(member) }));
    for (const { member, rows } of whole) {
      overlap(variable, member, data as Float32Array, rows);
      this.#setMemberRows(member, rows);
    }
  }

  /** The variable's memory as it lies. */
  elements({ storage, offset, shape, dtype }: VariableRef): ElementArray {
    const { place } = this.#held.get(storage)!;
    const type = elementTypeOf(dtype);
    const begin = place.memory.byteOffset + place.offset + offset * ELEMENT_BYTES[type];
    return viewElements(type, place.memory.buffer, begin, sizeOf(shape));
  }

  dispose(): void {
    this.#engine.dispose();
    this.#held.clear();
  }

  #rowLayout(type: Exclude<ElementType, "s64">, dims: readonly number[]): Layout {
    const key = `${type} ${dims.join("x")}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const layout = this.#engine.layout(type, dims);
    this.#rows.set(key, layout);
    return layout;
  }

  #layoutsOf({ storage }: VariableRef): ReadonlyMap<number, Layout> {
    return this.#held.get(storage)!.family.layouts;
  }

  #rowsOf(variable: VariableRef): ElementArray {
    if (this.isPlain(variable)) return this.elements(variable);
    const rows = new Float32Array(sizeOf(variable.shape));
    for (const member of this.membersWithin(variable))
      overlap(member, variable, this.#memberRows(member), rows);
    return rows;
  }

  /** A member's elements row by row, in memory of its own. */
  #memberRows(member: VariableRef): Float32Array {
    const elements = this.elements(member) as Float32Array;
    const layout = this.#layoutsOf(member).get(member.offset);
    if (layout === undefined) return elements.slice();
    return this.#convert(elements, layout, this.#rowLayout("f32", layout.dims)).slice();
  }

  #setMemberRows(member: VariableRef, rows: Float32Array): void {
    const layout = this.#layoutsOf(member).get(member.offset);
    const elements = this.elements(member) as Float32Array;
    elements.set(
      layout === undefined ? rows : this.#convert(rows, this.#rowLayout("f32", layout.dims), layout),
    );
  }

  /** Puts a member's elements into another layout; zeros look alike in all. */
  #relayout(member: VariableRef, from: Layout, to: Layout): void {
    const elements = this.elements(member) as Float32Array;
    if (elements.some((element) => element !== 0)) elements.set(this.#convert(elements, from, to));
  }

  /** The elements in another layout, in memory that the next conversion overwrites. */
  #convert(elements: Float32Array, from: Layout, to: Layout): Float32Array {
    const engine = new Engine(this.#library);
    try {
      const primitive = engine.primitive({ kind: "reorder", src: from, dst: to });
      const scratchpad = primitive.layout("scratchpad");
      const target = aligned(from.bytes);
      const scratch = target + aligned(to.bytes);
      this.#conversion.reserve(scratch + (scratchpad?.bytes ?? 0));
      const { address } = this.#conversion;
      this.#conversion.float32(0, elements.length).set(elements);
      const args = engine.pack([
        [ARG.src, engine.memory(from, address)],
        [ARG.dst, engine.memory(to, address + target)],
        ...(scratchpad === undefined
          ? []
          : [[ARG.scratchpad, engine.memory(scratchpad, address + scratch)] as const]),
      ]);
      engine.execute(primitive.handle, args, () => "layout of a variable");
      return this.#conversion.float32(target, elements.length);
    } finally {
      engine.dispose();
    }
  }
}

function isMember(storage: Storage, { offset, shape }: VariableRef): boolean {
  return storage.members.some(
    (member) =>
      member.offset === offset &&
      member.shape.length === shape.length &&
      member.shape.every((dim, axis) => dim === shape[axis]),
  );
}

/** Copies what two ranges of one storage have in common from the elements of one to those of the other. */
function overlap(from: VariableRef, to: VariableRef, source: Float32Array, target: Float32Array): void {
  const begin = Math.max(from.offset, to.offset);
  const end = Math.min(from.offset + sizeOf(from.shape), to.offset + sizeOf(to.shape));
  target.set(source.subarray(begin - from.offset, end - from.offset), begin - to.offset);
}
