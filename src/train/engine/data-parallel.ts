// Data-parallel training: every process computes the gradient of its share of a batch; their sum is everyone's.
import type { Batch, HostTensor } from "../../core/index.ts";
import { type Storage, type VariableRef, wholeStorage } from "../../graph/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { BatchPosition, TrainingEngine } from "./engine.ts";
import type { LossModel } from "./programs.ts";

/** What came of a process's share of a batch. */
export interface ShareResult {
  /** Of the whole batch: the same for all processes. */
  readonly loss: number;
  /** Of this process's share; undefined where nothing of it counts. */
  readonly logits: HostTensor | undefined;
}

/**
 * Steps that several processes take together, each with an engine of its own that began with the same weights. N shares
 * of a batch give what one process gives with the whole of it, but for batch norm, which normalises each share: its
 * running statistics are those of process 0. After every step all have the same state, to the bit.
 *
 * All processes make the same calls in the same order.
 */
export class DataParallel {
  readonly #engine: TrainingEngine;
  readonly #model: LossModel;
  readonly #collective: Collective;

  constructor(engine: TrainingEngine, model: LossModel, collective: Collective) {
    this.#engine = engine;
    this.#model = model;
    this.#collective = collective;
  }

  /**
   * Adds the gradients of a micro-batch's share to those of the step (`first`: starts a step).
   * @param batch undefined where this process has nothing of it, such as of a short last one
   */
  async accumulate(
    batch: Batch | undefined,
    first: boolean,
    [epoch, index]: BatchPosition,
  ): Promise<ShareResult> {
    const { rank, size } = this.#collective;
    // Each process drops other outputs.
    const position = [epoch, index * size + rank] as const;
    const own = batch === undefined ? 0 : this.#divisor(batch);
    const all = await this.#sum(own);
    if (batch === undefined || own === 0) {
      if (first) await this.#write(this.#gradients, ({ data }) => (data as Float32Array).fill(0));
      return { loss: await this.#sum(0), logits: undefined };
    }
    const share = own / all;
    const { loss, logits } = await this.#engine.accumulate(batch, first, position, share);
    return { loss: await this.#sum(loss * share), logits };
  }

  /** Gives everyone the sum of the gradients: once a step, before they are looked at or applied. */
  async reduce(): Promise<void> {
    await this.#write(this.#gradients, ({ data }) =>
      this.#collective.allReduce(data as Float32Array | Float64Array),
    );
    const { buffers, counters } = this.#engine.layout;
    await this.#write(whole([buffers, counters]), ({ data: { buffer, byteOffset, byteLength } }) =>
      this.#collective.broadcast(new Uint8Array(buffer, byteOffset, byteLength)),
    );
  }

  get #gradients(): VariableRef[] {
    return whole(this.#engine.layout.groups.map(({ gradients }) => gradients));
  }

  #divisor({ images, labels, targets }: Batch): number {
    return this.#model.lossDivisor?.(targets ?? labels) ?? images.shape[0]!;
  }

  async #sum(value: number): Promise<number> {
    const all = Float64Array.of(value);
    await this.#collective.allReduce(all);
    return all[0]!;
  }

  /** Changes variables in place, one after the other. */
  async #write(variables: readonly VariableRef[], change: (tensor: HostTensor) => unknown): Promise<void> {
    const tensors = await this.#engine.session.read(variables);
    for (const tensor of tensors) await change(tensor);
    await this.#engine.session.write(variables.map((variable, i) => ({ variable, tensor: tensors[i]! })));
  }
}

function whole(storages: readonly Storage[]): VariableRef[] {
  return storages.filter(({ size }) => size > 0).map(wholeStorage);
}
