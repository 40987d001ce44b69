// Data-parallel training: every process computes the gradient of its share of a batch; their sum is everyone's.
import { type Batch, type HostTensor, type Shape, zeros } from "../../core/index.ts";
import { type Storage, type VariableRef, wholeStorage } from "../../graph/index.ts";
import type { Collective } from "../../runtime/collective.ts";
import type { ForwardResult, TrainingEngine } from "./engine.ts";
import { GradientSums } from "./gradient-sums.ts";
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
  /** Those of the step in progress, once they may be made. */
  #sums: Promise<void> | undefined;

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
    last = false,
  ): Promise<ShareResult> {
    // Nobody waited for those of a step that was given up; its gradients are overwritten now.
    await this.#sums;
    this.#sums = undefined;
    const gradients = last ? this.#newSums() : undefined;
    const { rank, size } = this.#collective;
    // Each process drops other outputs.
    const position = [epoch, index * size + rank] as const;
    const own = this.weigh(batch);
    const all = whole ?? (await this.#addUp(own));
    const result = this.#engine.normalisesTogether
      ? await this.#accumulateTogether(batch, first, position, own, all, gradients)
      : batch === undefined || own.divisor === 0
        ? undefined
        : await this.#engine.accumulate(
            batch,
            first,
            position,
            own.divisor / all.divisor,
            undefined,
            gradients,
          );
    if (result === undefined && !this.#engine.normalisesTogether) await this.#engine.accumulateNothing(first);
    // Others may wait for the first of the sums before they have a loss.
    if (gradients !== undefined) this.#make(gradients);
    const [loss] = await this.#sum([result === undefined ? 0 : result.loss * own.divisor]);
    // As in one process, where nothing counts there is no mean.
    return { loss: loss! / all.divisor, logits: result?.logits };
  }

  async reduce(): Promise<void> {
    if (this.#sums === undefined) this.#make(this.#newSums());
    await this.#sums;
    this.#sums = undefined;
    // Statistics of all are the same for all.
    if (this.#engine.normalisesTogether) return;
    const { buffers, counters } = this.#engine.layout;
    await this.#change(whole([buffers, counters]), ({ data: { buffer, byteOffset, byteLength } }) =>
      this.#collective.broadcast(new Uint8Array(buffer, byteOffset, byteLength)),
    );
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
    gradients: GradientSums | undefined,
  ): Promise<ForwardResult | undefined> {
    this.#sample ??= (await this.#collective.gather(batch?.images.shape.slice(1))).find(
      (shape) => shape !== undefined,
    );
    const together = { count: batch !== undefined, samples: all.samples };
    if (batch !== undefined && own.divisor > 0)
      return this.#engine.accumulate(batch, first, position, own.divisor / all.divisor, together, gradients);
    // Labels that do not count would make a mean of nothing: these do, and their loss counts nothing.
    const samples = batch?.images.shape[0] ?? 2;
    const images = batch?.images ?? zeros("float32", [samples, ...this.#sample!]);
    const labels = zeros("int32", [samples]);
    const indices = batch?.indices ?? [0, 0];
    await this.#engine.accumulate({ images, labels, indices }, first, position, 0, together, gradients);
    return undefined;
  }

  #newSums(): GradientSums {
    return new GradientSums(this.#engine.session, this.#engine.layout, this.#collective);
  }

  #make(gradients: GradientSums): void {
    this.#sums = gradients.finish();
    // `reduce` tells what keeps them from being made.
    this.#sums.catch(() => undefined);
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
