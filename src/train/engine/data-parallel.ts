// Data-parallel training: every process computes the gradient of its share of a batch; their sum is everyone's.
import { type Batch, fnv1a, type HostTensor, type Shape, zeros } from "../../core/index.ts";
import { type Storage, type VariableRef, wholeStorage } from "../../graph/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { ForwardResult, TrainingEngine } from "./engine.ts";
import type { LossModel } from "./programs.ts";
import type { BatchPosition } from "./random-key.ts";
import type { BatchWeight, ShareResult, Strategy } from "./strategy.ts";

/**
 * Steps that several processes take together, each with an engine of its own that began with the same weights. N shares
 * of a batch give what one process gives with the whole of it, but for batch norm, which normalises each share: its
 * running statistics are those of process 0. After every step all have the same state, to the bit.
 *
 * All processes make the same calls in the same order.
 */
export class DataParallel implements Strategy {
  readonly #engine: TrainingEngine;
  readonly #model: LossModel;
  readonly #collective: Collective;
  /** Shape of a sample. */
  #sample: Shape | undefined;

  constructor(engine: TrainingEngine, model: LossModel, collective: Collective) {
    this.#engine = engine;
    this.#model = model;
    this.#collective = collective;
  }

  weigh(batch: Batch | undefined): BatchWeight {
    if (batch === undefined) return { samples: 0, divisor: 0 };
    const { images, labels, targets } = batch;
    const samples = images.shape[0]!;
    return { samples, divisor: this.#model.lossDivisor?.(targets ?? labels) ?? samples };
  }

  async accumulate(
    batch: Batch | undefined,
    first: boolean,
    [epoch, index]: BatchPosition,
    whole?: BatchWeight,
  ): Promise<ShareResult> {
    const { rank, size } = this.#collective;
    // Each process drops other outputs.
    const position = [epoch, index * size + rank] as const;
    const own = this.weigh(batch);
    const all = whole ?? (await this.#addUp(own));
    const result = this.#engine.normalisesTogether
      ? await this.#accumulateTogether(batch, first, position, own, all)
      : batch === undefined || own.divisor === 0
        ? undefined
        : await this.#engine.accumulate(batch, first, position, own.divisor / all.divisor);
    if (result === undefined && !this.#engine.normalisesTogether) await this.#engine.accumulateNothing(first);
    const [loss] = await this.#sum([result === undefined ? 0 : result.loss * own.divisor]);
    // As in one process, where nothing counts there is no mean.
    return { loss: loss! / all.divisor, logits: result?.logits };
  }

  async reduce(): Promise<void> {
    await this.#reduceGradients();
    // Statistics of all are the same for all.
    if (this.#engine.normalisesTogether) return;
    const { buffers, counters } = this.#engine.layout;
    await this.#change(whole([buffers, counters]), ({ data: { buffer, byteOffset, byteLength } }) =>
      this.#collective.broadcast(new Uint8Array(buffer, byteOffset, byteLength)),
    );
  }

  /** In place, where the gradients lie alike everywhere: kernels of a library may want another order on another machine. */
  async #reduceGradients(): Promise<void> {
    const { session } = this.#engine;
    const storages = this.#gradients;
    const memories =
      session.memory && (await Promise.all(storages.map((storage) => session.memory!(storage))));
    if (memories !== undefined && (await this.#alike(memories.map(({ layout }) => layout).join("; "))))
      for (const { elements } of memories) await this.#collective.allReduce(elements);
    else
      await this.#change(storages, ({ data }) =>
        this.#collective.allReduce(data as Float32Array | Float64Array),
      );
  }

  /** Whether all processes have the same text: the mean of the squares of its hash is the square of the mean. */
  async #alike(text: string): Promise<boolean> {
    const hash = fnv1a(text);
    const parts = [hash & 0xffff, hash >>> 16];
    const sums = await this.#sum(parts.flatMap((part) => [part, part * part]));
    const { size } = this.#collective;
    return sums[1]! * size === sums[0]! ** 2 && sums[3]! * size === sums[2]! ** 2;
  }

  async shareStatistics(batches: number): Promise<void> {
    const { averageBuffers } = this.#engine.layout;
    if (averageBuffers === undefined) return;
    const [all] = await this.#sum([batches]);
    await this.#change(whole([averageBuffers]), async ({ data }) => {
      const values = data as Float32Array | Float64Array;
      // A process that has seen nothing has nothing to say.
      for (let i = 0; i < values.length; i++) values[i] = batches === 0 ? 0 : (values[i]! * batches) / all!;
      await this.#collective.allReduce(values);
    });
  }

  /** Where batch norm is shared everyone takes part: those that have nothing with samples that do not count. */
  async #accumulateTogether(
    batch: Batch | undefined,
    first: boolean,
    position: BatchPosition,
    own: BatchWeight,
    all: BatchWeight,
  ): Promise<ForwardResult | undefined> {
    this.#sample ??= (await this.#collective.gather(batch?.images.shape.slice(1))).find(
      (shape) => shape !== undefined,
    );
    const together = { count: batch !== undefined, samples: all.samples };
    if (batch !== undefined && own.divisor > 0)
      return this.#engine.accumulate(batch, first, position, own.divisor / all.divisor, together);
    // Labels that do not count would make a mean of nothing: these do, and their loss counts nothing.
    const samples = batch?.images.shape[0] ?? 2;
    const images = batch?.images ?? zeros("float32", [samples, ...this.#sample!]);
    const labels = zeros("int32", [samples]);
    const indices = batch?.indices ?? [0, 0];
    await this.#engine.accumulate({ images, labels, indices }, first, position, 0, together);
    return undefined;
  }

  get #gradients(): VariableRef[] {
    return whole(this.#engine.layout.groups.map(({ gradients }) => gradients));
  }

  async #addUp({ samples, divisor }: BatchWeight): Promise<BatchWeight> {
    const [allSamples, allDivisor] = await this.#sum([samples, divisor]);
    return { samples: allSamples!, divisor: allDivisor! };
  }

  async #sum(values: readonly number[]): Promise<Float64Array> {
    const all = Float64Array.from(values);
    await this.#collective.allReduce(all);
    return all;
  }

  /** Changes variables in place, one after the other. */
  async #change(variables: readonly VariableRef[], change: (tensor: HostTensor) => unknown): Promise<void> {
    const tensors = await this.#engine.session.read(variables);
    for (const tensor of tensors) await change(tensor);
    await this.#engine.session.write(variables.map((variable, i) => ({ variable, tensor: tensors[i]! })));
  }
}

function whole(storages: readonly Storage[]): VariableRef[] {
  return storages.filter(({ size }) => size > 0).map(wholeStorage);
}
