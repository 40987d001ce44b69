// A network in two parts: a backbone that computes features, and a classifier of them.
import { type Shape, sizeOf, type TensorChange } from "../core/index.ts";
import { BATCH, fixedShape, Graph, input, type Value } from "../graph/index.ts";
import { Module } from "./module.ts";
import type { Buffer, Parameter } from "./parameter.ts";
import { deriveStages } from "./stages.ts";
import { stateEntries } from "./state.ts";
import { trace } from "./trace.ts";

/**
 * Base class of networks with a classifier behind a backbone. The classifier of such a network can be trained alone,
 * on features that are computed once.
 */
export abstract class ClassificationNetwork extends Module {
  /** The last part, a property of the network: features -> logits. */
  abstract readonly classifier: Module;

  /** Other classifiers, which only training uses (`CurrentTrace.addAuxiliary`); parts of the network, by default none. */
  get auxiliary(): readonly Module[] {
    return [];
  }

  /** Everything before the classifier: inputs [N, ...] -> features [N, ...]. */
  abstract forwardFeatures(x: Value): Value;

  /**
   * Where its stages begin, as paths, in the order of computation, the classifier's last: what is frozen, unfrozen and
   * trained at a rate of its own. A stage reaches to the beginning of the next one.
   */
  get stages(): readonly string[] {
    return deriveStages(this, this.classifier);
  }

  /**
   * Path of the layer whose map of places tells most about a decision, for Grad-CAM; undefined: the last that has a map of
   * more than one place.
   */
  get mapLayer(): string | undefined {
    return undefined;
  }

  /** What the layer at `path` gave, or a gradient of it, as a map of places [N, C, H, W]; undefined where it is none. */
  mapOf(output: Value, _path: string): Value | undefined {
    return output.shape.length === 4 ? output : undefined;
  }

  /**
   * What makes a tensor of `shape`, from a file, fit the state entry `name`, which has another shape, such as a table of
   * positions for pictures of another size; undefined where nothing does.
   */
  fitState(_name: string, _shape: Shape): TensorChange | undefined {
    return undefined;
  }

  override forward(x: Value): Value {
    return this.classifier.call(this.forwardFeatures(x));
  }
}

/**
 * Paths, in names of its state, of what is made anew for other classes: the last layer of a network's classifier, and
 * auxiliary classifiers as a whole.
 */
export function outputLayers(network: ClassificationNetwork): readonly string[] {
  const own = new Set(Array.from(network.classifier.namedParameters(), ([, parameter]) => parameter));
  const names = Array.from(network.namedParameters()).filter(([, parameter]) => own.has(parameter));
  const [last] = names.at(-1)!;
  const auxiliary = Array.from(network.namedModules()).filter(([, part]) => network.auxiliary.includes(part));
  return [last.slice(0, last.lastIndexOf(".")), ...auxiliary.map(([path]) => path)];
}

/** Everything before the classifier of a network, under the names that it has there. */
export class Backbone extends Module {
  readonly #network: ClassificationNetwork;

  constructor(network: ClassificationNetwork) {
    super();
    this.#network = network;
  }

  override *namedModules(prefix = ""): Generator<[string, Module]> {
    const others = new Set(Array.from(this.#network.classifier.namedModules(), ([, module]) => module));
    for (const named of this.#network.namedModules(prefix)) if (!others.has(named[1])) yield named;
  }

  override *namedState(): Generator<[string, Parameter | Buffer]> {
    const others = new Set(Array.from(this.#network.classifier.namedState(), ([, state]) => state));
    for (const named of this.#network.namedState()) if (!others.has(named[1])) yield named;
  }

  override forward(x: Value): Value {
    return this.#network.forwardFeatures(x);
  }
}

/** The whole network with all its state, given features instead of inputs. */
export class FeatureClassifier extends ClassificationNetwork {
  readonly #network: ClassificationNetwork;

  constructor(network: ClassificationNetwork) {
    super();
    this.#network = network;
  }

  override get classifier(): Module {
    return this.#network.classifier;
  }

  override get stages(): readonly string[] {
    return this.#network.stages;
  }

  override forwardFeatures(x: Value): Value {
    return x;
  }

  override *children(): Generator<[string, Module]> {
    yield* this.#network.children();
  }

  override *namedModules(prefix = ""): Generator<[string, Module]> {
    yield* this.#network.namedModules(prefix);
  }

  override *namedState(): Generator<[string, Parameter | Buffer]> {
    yield* this.#network.namedState();
  }
}

/** A network with another classifier behind its backbone, under the name `neighbors`; the others' names stay. */
export class Reclassified extends ClassificationNetwork {
  readonly classifier: Module;
  readonly #network: ClassificationNetwork;

  constructor(network: ClassificationNetwork, classifier: Module) {
    super();
    this.#network = network;
    this.classifier = classifier;
  }

  override get stages(): readonly string[] {
    return [...this.#network.stages.slice(0, -1), NEIGHBORS];
  }

  override get mapLayer(): string | undefined {
    return this.#network.mapLayer;
  }

  override mapOf(output: Value, path: string): Value | undefined {
    return this.#network.mapOf(output, path);
  }

  override forwardFeatures(x: Value): Value {
    return this.#network.forwardFeatures(x);
  }

  override fitState(name: string, shape: Shape): TensorChange | undefined {
    return this.#network.fitState(name, shape);
  }

  override *children(): Generator<[string, Module]> {
    for (const child of this.#network.children()) if (child[1] !== this.#network.classifier) yield child;
    yield [NEIGHBORS, this.classifier];
  }

  override *namedModules(prefix = ""): Generator<[string, Module]> {
    yield* new Backbone(this.#network).namedModules(prefix);
    yield* this.classifier.namedModules(prefix === "" ? NEIGHBORS : `${prefix}.${NEIGHBORS}`);
  }

  override *namedState(): Generator<[string, Parameter | Buffer]> {
    yield* new Backbone(this.#network).namedState();
    for (const [name, state] of this.classifier.namedState()) yield [`${NEIGHBORS}.${name}`, state];
  }
}

const NEIGHBORS = "neighbors";

/** Numbers of a sample's features. @param sample shape of one input, without the batch axis */
export function countFeatures(network: ClassificationNetwork, sample: Shape): number {
  const images = input(new Graph(), "images", "float32", [BATCH, ...sample]);
  const variables = new Map(
    stateEntries(network).map((entry) => [entry.name, { ...entry, storage: entry.name, offset: 0 }]),
  );
  const { output } = trace(new Backbone(network), images, {
    training: false,
    variable: (name) => variables.get(name)!,
  });
  return sizeOf(fixedShape(output.shape.slice(1)));
}
