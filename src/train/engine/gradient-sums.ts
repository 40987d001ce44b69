// The sum of all processes' gradients, piece by piece and the last layers' first: begun while those of the first are computed.
import { fnv1a, type HostTensor, sizeOf } from "../../core/index.ts";
import { type Storage, type VariableRef, wholeStorage } from "../../graph/index.ts";
import type { Collective, Pace } from "../../runtime/collective.ts";
import type { RunObserver, Session } from "../../runtime/contract.ts";
import type { StateLayout } from "./state-layout.ts";

/** Elements of a piece: enough of them for the network's bandwidth, and of them to be under way early. */
const PIECE = 2 ** 20;

type Elements = Float32Array | Float64Array;

/** The sums of one optimizer step. All processes make them in the same order, whether they have anything to add or not. */
export class GradientSums implements RunObserver {
  readonly ranges: readonly VariableRef[];
  readonly #session: Session;
  readonly #collective: Collective;
  readonly #storages: readonly VariableRef[];
  readonly #pace: Pace = { hurried: false };
  readonly #sums: Promise<void>[] = [];
  #begun = false;
  /** Each range where it lies; undefined where it does not lie alike everywhere, or cannot be seen. */
  #inPlace: readonly Elements[] | undefined;

  constructor(session: Session, layout: StateLayout, collective: Collective) {
    this.#session = session;
    this.#collective = collective;
    this.#storages = gradientsOf(layout).map(wholeStorage);
    this.ranges = rangesOf(layout);
  }

  async begins(): Promise<void> {
    this.#begun = true;
    const { memory } = this.#session;
    const memories =
      memory && (await Promise.all(this.#storages.map((storage) => memory.call(this.#session, storage))));
    const layout = memories?.map((one) => one.layout).join("; ");
    if (memories === undefined || !(await this.#alike(layout!))) return;
    const elements = new Map(this.#storages.map(({ storage }, i) => [storage, memories[i]!.elements]));
    this.#inPlace = this.ranges.map((range) => partOf(elements.get(range.storage)!, range));
  }

  complete(count: number): void {
    for (const elements of this.#inPlace?.slice(this.#sums.length, count) ?? []) this.#begin(elements);
  }

  /** Makes what has not been made yet. */
  async finish(): Promise<void> {
    this.#pace.hurried = true;
    if (!this.#begun) await this.begins();
    this.complete(this.ranges.length);
    const tensors = this.#inPlace === undefined ? await this.#session.read(this.#storages) : [];
    const rows = new Map(this.#storages.map(({ storage }, i) => [storage, tensors[i]]));
    if (tensors.length > 0)
      for (const range of this.ranges) this.#begin(partOf(rows.get(range.storage)!.data as Elements, range));
    await Promise.all(this.#sums);
    if (tensors.length > 0) await this.#session.write(writesOf(this.#storages, tensors));
  }

  #begin(elements: Elements): void {
    const sum = this.#collective.allReduceBeside(elements, this.#pace);
    // `finish` tells what keeps it from being made.
    sum.catch(() => undefined);
    this.#sums.push(sum);
  }

  /** Whether all processes have the same text: the mean of the squares of its hash is the square of the mean. */
  async #alike(text: string): Promise<boolean> {
    const hash = fnv1a(text);
    const sums = Float64Array.from([hash & 0xffff, hash >>> 16].flatMap((part) => [part, part * part]));
    await this.#collective.allReduceBeside(sums, { hurried: true });
    const { size } = this.#collective;
    return sums[1]! * size === sums[0]! ** 2 && sums[3]! * size === sums[2]! ** 2;
  }
}

function gradientsOf({ groups }: StateLayout): Storage[] {
  return groups.map(({ gradients }) => gradients).filter(({ size }) => size > 0);
}

/** All gradients in pieces, in the order in which a backward pass is done with them: from the network's end. */
function rangesOf(layout: StateLayout): VariableRef[] {
  const places = new Map(layout.persistent.map(({ name }, i) => [name, i]));
  const ranges = layout.groups.flatMap(({ parameters, gradients }) =>
    Array.from({ length: Math.ceil(gradients.size / PIECE) }, (_, i) => {
      const offset = i * PIECE;
      const end = Math.min(offset + PIECE, gradients.size);
      const held = parameters.members.filter(
        (member) => member.offset < end && offset < member.offset + sizeOf(member.shape),
      );
      // What comes first in the network is computed last.
      const place = Math.min(...held.map(({ name }) => places.get(name)!));
      return { place, range: { ...wholeStorage(gradients), offset, shape: [end - offset] } };
    }),
  );
  return ranges.sort((a, b) => b.place - a.place).map(({ range }) => range);
}

function partOf<T extends Elements>(elements: T, { offset, shape }: VariableRef): T {
  return elements.subarray(offset, offset + sizeOf(shape)) as T;
}

function writesOf(
  variables: readonly VariableRef[],
  tensors: readonly HostTensor[],
): { readonly variable: VariableRef; readonly tensor: HostTensor }[] {
  return variables.map((variable, i) => ({ variable, tensor: tensors[i]! }));
}
