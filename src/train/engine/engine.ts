// The engine: a model's state in a runtime, and the steps that change or evaluate it.
import {
  type Batch,
  ClassifierTrainingError,
  checkLabels,
  float64Scalar,
  formatShape,
  type HostTensor,
  LatestUsed,
  type Shape,
  sizeOf,
  zeros,
} from "../../core/index.ts";
import { type Program, type VariableRef, wholeStorage } from "../../graph/index.ts";
import { initialState, type StateDict, stateEntries } from "../../nn/index.ts";
import type { LossScaler } from "../../optim/index.ts";
import type { Executable, RunObserver, Session } from "../../runtime/contract.ts";
import { batchShape, shapeKey, typeOf } from "./batch-shape.ts";
import { type EngineOptions, newScaler, type StepScalars } from "./engine-options.ts";
import { openSession } from "./open-session.ts";
import {
  ALL_SAMPLES,
  accumulateProgram,
  applyProgram,
  evaluateProgram,
  INVERSE_SCALE,
  LOSS_SCALE,
  LOSS_SHARE,
  normsProgram,
  RANDOM_KEY,
  SAMPLES_COUNT,
  scalarInput,
  statisticsProgram,
} from "./programs.ts";
import { type BatchPosition, randomKeyOf } from "./random-key.ts";
import { needsSeveralSamples } from "./single-sample.ts";
import type { StateLayout } from "./state-layout.ts";
import type { SharedSamples } from "./strategy.ts";

/** Programs that are kept compiled: a handful for each size of image. */
const PROGRAMS_KEPT = 16;

/** A program ready to run, and the names of what it is given. */
interface Compiled {
  readonly executable: Executable;
  readonly inputs: ReadonlySet<string>;
}

/** Loss (mean over the batch) and outputs of a forward pass. */
export interface ForwardResult {
  readonly loss: number;
  readonly logits: HostTensor;
}

/** Which weights to evaluate or export: those being trained, or their moving average. */
export type WeightsKind = "live" | "average";

/** Opens a session for a model, compiles its programs as they are needed, and runs them. */
export class TrainingEngine {
  readonly #options: EngineOptions;
  /** By what makes programs differ: the size of the batch does not. */
  readonly #executables: LatestUsed<string, Promise<Compiled>> = new LatestUsed(PROGRAMS_KEPT, (compiled) =>
    compiled.then(({ executable }) => executable.dispose()),
  );
  #layout: StateLayout;
  #session: Session;
  #scaler: LossScaler | undefined;
  /** What the accumulated gradients are multiplied by. */
  #gradientScale = 1;

  private constructor(options: EngineOptions, layout: StateLayout, session: Session) {
    this.#options = options;
    this.#layout = layout;
    this.#session = session;
    this.#scaler = newScaler(options);
  }

  /** Whether batch norm takes the statistics of all processes. */
  get normalisesTogether(): boolean {
    return this.#options.syncBatchnorm === true && (this.#options.collective?.size ?? 1) > 1;
  }

  /** Scales the loss, in precision `16-mixed`. */
  get scaler(): LossScaler | undefined {
    return this.#scaler;
  }

  /** What the accumulated gradients are multiplied by: 1 without a scaler. */
  get gradientScale(): number {
    return this.#gradientScale;
  }

  /** Whether gradients of this norm made the optimizer step be left out, as a scaled loss may. */
  isOverflow(gradientNorm: number): boolean {
    return this.#scaler !== undefined && !Number.isFinite(gradientNorm) && !this.#scaler.isExhausted;
  }

  /** Where the state lies; another one when parameters are frozen or unfrozen. */
  get layout(): StateLayout {
    return this.#layout;
  }

  /** The runtime's session; another one when parameters are frozen or unfrozen. */
  get session(): Session {
    return this.#session;
  }

  /** Lays the state out, opens a session and writes the first weights. */
  static async open(options: EngineOptions): Promise<TrainingEngine> {
    options.fineTuning?.enter(0);
    const [opened, weights] = await Promise.allSettled([
      openSession(options),
      initialState(options.model.network, options.seed),
    ]);
    if (opened.status === "rejected") throw opened.reason;
    const engine = new TrainingEngine(options, ...opened.value);
    try {
      if (weights.status === "rejected") throw weights.reason;
      await engine.writeWeights(weights.value);
      await engine.#initialiseOptimizer();
    } catch (error) {
      await engine.#session.dispose();
      throw error;
    }
    return engine;
  }

  /** Freezes and unfreezes what changes in `epoch`; what was trained before keeps its optimizer state. */
  async enterEpoch(epoch: number): Promise<void> {
    if (this.#options.fineTuning?.enter(epoch) !== true) return;
    const state = await this.readState();
    await this.#session.dispose();
    this.#executables.clear();
    [this.#layout, this.#session] = await openSession(this.#options);
    await this.#initialiseOptimizer();
    // Averages of what was frozen begin with the weights; everything that was there before follows.
    await this.writeWeights(new Map([...state].filter(([name]) => this.#layout.weights.has(name))));
    await this.#session.write(
      this.#layout.persistent
        .filter(({ name }) => state.has(name))
        .map((variable) => ({ variable, tensor: state.get(variable.name)! })),
    );
  }

  /** How many groups of parameters there are in the course of `epochs` epochs, each number that follows another. */
  groupCounts(epochs: number): readonly number[] {
    return this.#options.fineTuning?.groupCounts(epochs) ?? [this.layout.groups.length];
  }

  /**
   * Adds the gradients of a micro-batch to those of the step (`first`: starts a step).
   * @param position decides what dropout and its like draw, with the seed
   * @param share how much this batch's loss counts, where it is a part of a larger one; default: it is whole
   * @param together where processes share it: whether these samples count, and how many do of all
   * @param observer is told of gradients that are there while others are computed, where the runtime can
   */
  async accumulate(
    batch: Batch,
    first: boolean,
    position: BatchPosition,
    share?: number,
    together?: SharedSamples,
    observer?: RunObserver,
  ): Promise<ForwardResult> {
    const normalisesTogether = this.normalisesTogether && together !== undefined;
    const options = {
      accumulate: this.#options.accumulate ?? 1,
      first,
      shared: share !== undefined,
      scaled: this.#scaler !== undefined,
      normalisesTogether,
    };
    const compiled = await this.#executable(
      `accumulate:${first}:${share !== undefined}:${normalisesTogether}:${shapeKey(batch)}`,
      () => accumulateProgram(this.#options.model, this.layout, batchShape(batch), options),
    );
    this.#gradientScale = this.#scaler?.scale ?? 1;
    return this.#forward(compiled, batch, position, share, together, observer);
  }

  /** Takes part in a micro-batch that others have the samples of: gradients stay as they are, or are none yet (`first`). */
  async accumulateNothing(first: boolean): Promise<void> {
    this.#gradientScale = this.#scaler?.scale ?? 1;
    if (!first) return;
    await this.session.write(
      this.layout.groups
        .map(({ gradients }) => wholeStorage(gradients))
        .filter(({ shape }) => sizeOf(shape) > 0)
        .map((variable) => ({ variable, tensor: zeros("float32", variable.shape) })),
    );
  }

  /**
   * Takes optimizer step `step` (from 1) with the accumulated gradients; with a scaler only if they are finite.
   * @returns the L2 norm of all gradients before clipping
   */
  async apply(
    step: number,
    learningRate: number,
    { momentum, averageDecay, groupRates }: StepScalars = {},
  ): Promise<number> {
    const scaled = this.#scaler !== undefined;
    const compiled = await this.#executable("apply", () =>
      applyProgram(this.layout, this.#options.clipping, scaled),
    );
    const inputs: Record<string, HostTensor> = {};
    if (scaled) inputs[INVERSE_SCALE] = float64Scalar(1 / this.#gradientScale);
    for (const [i, { optimizer, learningRateScale }] of this.layout.groups.entries()) {
      const scalars = optimizer.scalars(step, groupRates?.[i] ?? learningRate * learningRateScale, momentum);
      for (const [name, value] of Object.entries(scalars)) {
        const key = scalarInput(i, name);
        // Not every optimizer uses all of its scalars.
        if (compiled.inputs.has(key)) inputs[key] = float64Scalar(value);
      }
    }
    if (averageDecay !== undefined) inputs.average_decay = float64Scalar(averageDecay);
    const { gradient_norm } = await compiled.executable.run(inputs);
    const norm = Number(gradient_norm!.data[0]);
    this.#scaler?.update(!Number.isFinite(norm));
    return norm;
  }

  /** L2 norm of some variables together, by any name; `key` names the program that computes them. */
  async norms(
    key: string,
    groups: Readonly<Record<string, readonly VariableRef[]>>,
  ): Promise<Record<string, number>> {
    const { executable } = await this.#executable(`norms:${key}`, () => normsProgram(groups));
    const outputs = await executable.run({});
    return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Number(data[0])]));
  }

  /**
   * Whether a training batch must hold several samples, since batch norm would meet one value a channel in a single one.
   * @param sample shape of one input, without the batch axis
   * @param epoch with what is frozen in that epoch; default: now
   */
  needsSeveralSamples(sample: Shape, epoch?: number): boolean {
    const { model, fineTuning } = this.#options;
    const read = (): boolean => needsSeveralSamples(model.network, this.layout.weights, sample);
    return fineTuning === undefined || epoch === undefined ? read() : fineTuning.readAt(epoch, read);
  }

  /** Forward pass in evaluation mode. */
  async evaluate(batch: Batch, weights: WeightsKind = "live"): Promise<ForwardResult> {
    const variables = weights === "live" ? this.layout.weights : this.layout.averages;
    const compiled = await this.#executable(`evaluate:${weights}:${shapeKey(batch)}`, () =>
      evaluateProgram(this.#options.model, variables, batchShape(batch)),
    );
    return this.#forward(compiled, batch);
  }

  /**
   * Lets a batch into the running statistics of the averaged weights: `share` of them is its own, so that 1 / n for
   * batch n of a pass gives the mean over all, as torch's `update_bn`. Whether there are any statistics.
   */
  async renewStatistics({ images }: Batch, share: number, position: BatchPosition): Promise<boolean> {
    if (this.layout.buffers.size === 0) return false;
    const { dtype, shape } = typeOf(images);
    const { executable, inputs } = await this.#executable(`statistics:${dtype}${formatShape(shape)}`, () =>
      statisticsProgram(this.#options.model.network, this.layout.averages, { dtype, shape }),
    );
    await executable.run({ images, share: float64Scalar(share), ...this.#randomKey(inputs, position) });
    return true;
  }

  /** The network's state by PyTorch's names, in PyTorch's order. */
  async readWeights(weights: WeightsKind = "live"): Promise<StateDict> {
    const variables = weights === "live" ? this.layout.weights : this.layout.averages;
    const names = Array.from(this.#options.model.network.namedState(), ([name]) => name);
    const tensors = await this.session.read(names.map((name) => variables.get(name)!));
    return new Map(names.map((name, i) => [name, tensors[i]!]));
  }

  /** Sets the network's state (and, where it is kept, starts its moving average from it). */
  async writeWeights(state: StateDict): Promise<void> {
    const entries = [...state].flatMap(([name, tensor]) => {
      const variable = this.#writable(this.layout.weights.get(name), name, tensor);
      const average = this.layout.averages.get(name)!;
      const places = average === variable ? [variable] : [variable, average];
      return places.map((place) => ({ variable: place, tensor }));
    });
    await this.session.write(entries);
  }

  /** Everything that a checkpoint needs: weights, optimizer state and averages by name. */
  async readState(): Promise<StateDict> {
    const tensors = await this.session.read(this.layout.persistent);
    return new Map(this.layout.persistent.map(({ name }, i) => [name, tensors[i]!]));
  }

  /** @throws ClassifierTrainingError `STATE_MISMATCH` naming an entry that is missing, unknown or of another shape. */
  async writeState(state: StateDict): Promise<void> {
    const variables = new Map(this.layout.persistent.map((variable) => [variable.name, variable]));
    for (const name of variables.keys()) if (!state.has(name)) throw mismatch(name, "is missing");
    await this.session.write(
      [...state].map(([name, tensor]) => ({
        variable: this.#writable(variables.get(name), name, tensor),
        tensor,
      })),
    );
  }

  /** Running statistics and counters of the network, by name. */
  async readBuffers(): Promise<StateDict> {
    const names = stateEntries(this.#options.model.network)
      .filter(({ kind }) => kind === "buffer")
      .map(({ name }) => name);
    const tensors = await this.session.read(names.map((name) => this.layout.weights.get(name)!));
    return new Map(names.map((name, i) => [name, tensors[i]!]));
  }

  /** Sets what `readBuffers` gave. */
  async writeBuffers(buffers: StateDict): Promise<void> {
    await this.session.write(
      [...buffers].map(([name, tensor]) => ({ variable: this.layout.weights.get(name)!, tensor })),
    );
  }

  /** Forgets the optimizer's state, and has averages begin with the weights as they are: a new training begins. */
  async restart(): Promise<void> {
    this.#scaler = newScaler(this.#options);
    await this.#initialiseOptimizer();
    await this.writeWeights(await this.readWeights());
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }

  #writable(variable: VariableRef | undefined, name: string, tensor: HostTensor): VariableRef {
    if (variable === undefined) throw mismatch(name, "is not part of this training state");
    if (formatShape(variable.shape) === formatShape(tensor.shape)) return variable;
    throw mismatch(name, `has shape ${formatShape(tensor.shape)}, not ${formatShape(variable.shape)}`);
  }

  async #initialiseOptimizer(): Promise<void> {
    const entries = this.layout.groups.flatMap(({ optimizer, optimizerState }) =>
      optimizer.state.flatMap(({ name, initial }) =>
        optimizerState[name]!.members.map((variable) => {
          const tensor = zeros("float32", variable.shape);
          tensor.data.fill(initial);
          return { variable, tensor };
        }),
      ),
    );
    if (entries.length > 0) await this.session.write(entries);
  }

  #executable(key: string, build: () => Program): Promise<Compiled> {
    return this.#executables.get(key, async () => {
      const program = build();
      const inputs = new Set(program.inputs.map(({ name }) => name));
      return { executable: await this.session.compile(program), inputs };
    });
  }

  /** What a program that draws is given. */
  #randomKey(inputs: ReadonlySet<string>, position: BatchPosition): Record<string, HostTensor> {
    if (!inputs.has(RANDOM_KEY)) return {};
    return { [RANDOM_KEY]: randomKeyOf(this.#options.seed, position) };
  }

  async #forward(
    { executable, inputs }: Compiled,
    batch: Batch,
    position: BatchPosition = [0, 0],
    share?: number,
    together?: SharedSamples,
    observer?: RunObserver,
  ): Promise<ForwardResult> {
    const { images, labels, targets, indices } = batch;
    const range = this.#options.model.labels;
    if (range !== undefined && labels.shape.length === 1) checkLabels(labels.data, range, (i) => indices[i]!);
    const given = {
      images,
      labels: targets ?? labels,
      ...(share === undefined ? {} : { [LOSS_SHARE]: float64Scalar(share) }),
      ...this.#randomKey(inputs, position),
      ...(together !== undefined && inputs.has(ALL_SAMPLES)
        ? {
            [SAMPLES_COUNT]: float64Scalar(Number(together.count)),
            [ALL_SAMPLES]: float64Scalar(together.samples),
          }
        : {}),
      ...(inputs.has(LOSS_SCALE) ? { [LOSS_SCALE]: float64Scalar(this.#gradientScale) } : {}),
    };
    const { loss, logits } = await executable.run(given, observer);
    return { loss: Number(loss!.data[0]), logits: logits! };
  }
}

function mismatch(name: string, problem: string): ClassifierTrainingError {
  return new ClassifierTrainingError("usage", "STATE_MISMATCH", `${name} ${problem}`, {
    hint: "use the configuration that the checkpoint was made with",
  });
}
