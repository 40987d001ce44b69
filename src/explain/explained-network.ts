// A network with its weights in a runtime, and the gradients that explanations are made of.
import { gradients } from "../autodiff/index.ts";
import {
  ClassifierTrainingError,
  formatShape,
  type HostTensor,
  hostTensor,
  type Shape,
} from "../core/index.ts";
import { inferenceProgram } from "../export/inference-program.ts";
import { openWeights, type RunnableNetwork, type WeightsSession } from "../export/weights-session.ts";
import {
  BATCH,
  createProgram,
  Graph,
  input,
  mul,
  oneHot,
  type Program,
  reduceMean,
  reduceSum,
  relu,
  type Storage,
  sizeOfAxis,
  type Value,
} from "../graph/index.ts";
import { Backbone, ClassificationNetwork, type Module } from "../nn/index.ts";
import type { Executable, Session } from "../runtime/contract.ts";
import { chooseLayer, type TracedLayers, traceLayers } from "./map-layers.ts";

/** The weighted map of a layer for a picture each: Grad-CAM before it is enlarged. */
export interface LayerMaps {
  /** Path of the layer. */
  readonly layer: string;
  /** [N, height, width] of the layer */
  readonly maps: HostTensor;
  /** [N, classes] */
  readonly logits: HostTensor;
}

/** Evaluation mode throughout: pictures of a batch do not change each other's results. */
export class ExplainedNetwork implements AsyncDisposable {
  readonly #network: Module;
  readonly #session: Session;
  readonly #storages: readonly Storage[];
  readonly #executables = new Map<string, Promise<Executable>>();

  private constructor(network: Module, { session, storages }: WeightsSession) {
    this.#network = network;
    this.#session = session;
    this.#storages = storages;
  }

  /** Opens a session of the runtime and gives it the weights. */
  static async open(options: RunnableNetwork): Promise<ExplainedNetwork> {
    return new ExplainedNetwork(options.network, await openWeights(options));
  }

  /** Logits [N, classes] of images [N, 3, H, W]. */
  async classify(images: HostTensor): Promise<HostTensor> {
    const executable = await this.#compiled("classify", images, (shape) =>
      inferenceProgram(this.#network, this.#storages, shape),
    );
    return (await executable.run({ input: images })).logits!;
  }

  /**
   * What the classifier is given of images [N, 3, H, W]: [N, ...].
   * @throws ClassifierTrainingError kind "usage" `NO_CLASSIFIER` where the network does not say what its classifier is
   */
  async features(images: HostTensor): Promise<HostTensor> {
    const network = this.#network;
    if (!(network instanceof ClassificationNetwork)) {
      const message = `${network.constructor.name} does not say which of its parts is the classifier`;
      throw new ClassifierTrainingError("usage", "NO_CLASSIFIER", message, {
        hint: "let it extend ClassificationNetwork",
      });
    }
    const executable = await this.#compiled("features", images, (shape) =>
      inferenceProgram(new Backbone(network), this.#storages, shape),
    );
    return (await executable.run({ input: images })).logits!;
  }

  /** The slopes of the logits of `classes`, one for each image, by its pixels: [N, 3, H, W]. */
  async pixelSlopes(images: HostTensor, classes: readonly number[]): Promise<HostTensor> {
    const executable = await this.#compiled("pixel slopes", images, (shape) => {
      const { images: x, logits } = this.#trace(shape);
      const [slopes] = gradients(wantedLogits(logits), [x]);
      return createProgram({ name: "pixel-slopes", outputs: { slopes: slopes! } });
    });
    return (await executable.run({ images, wanted: int32(classes) })).slopes!;
  }

  /**
   * The channels of a layer's map, each weighted by the mean slope of the logit of the image's class, summed; what speaks
   * against the class is cut off.
   * @throws ClassifierTrainingError kind "usage" `LAYER_UNKNOWN`, `NO_MAP_LAYER`
   */
  async layerMaps(images: HostTensor, classes: readonly number[], layer?: string): Promise<LayerMaps> {
    const { path } = chooseLayer(this.#network, this.#trace(images.shape.slice(1)).layers, layer);
    const executable = await this.#compiled(`maps of ${path}`, images, (shape) => {
      const { logits, layers } = this.#trace(shape);
      const { output, toMap } = chooseLayer(this.#network, layers, path);
      const [slopes] = gradients(wantedLogits(logits), [output]);
      const weights = reduceMean(toMap(slopes!), { axes: [2, 3], keepDims: true });
      const maps = relu(reduceSum(mul(weights, toMap(output)), { axes: [1] }));
      return createProgram({ name: "layer-maps", outputs: { maps, logits } });
    });
    const { maps, logits } = await executable.run({ images, wanted: int32(classes) });
    return { layer: path, maps: maps!, logits: logits! };
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #trace(shape: Shape): TracedLayers & { readonly images: Value } {
    const variables = new Map(this.#storages.map(({ name, members }) => [name, members[0]!]));
    const images = input(new Graph(), "images", "float32", [BATCH, ...shape]);
    return { images, ...traceLayers(this.#network, images, (name) => variables.get(name)!) };
  }

  /** @param build the program for images of a shape, without the batch axis */
  #compiled(name: string, images: HostTensor, build: (shape: Shape) => Program): Promise<Executable> {
    const shape = images.shape.slice(1);
    const key = `${name} ${formatShape(shape)}`;
    const known = this.#executables.get(key);
    if (known !== undefined) return known;
    const compiling = this.#session.compile(build(shape));
    this.#executables.set(key, compiling);
    return compiling;
  }
}

/** The sum of one logit of each image: its slope by an image is that of the image's own. */
function wantedLogits(logits: Value): Value {
  const wanted = input(logits.node.graph, "wanted", "int32", [BATCH]);
  return reduceSum(mul(logits, oneHot(wanted, sizeOfAxis(logits, 1))));
}

function int32(classes: readonly number[]): HostTensor {
  return hostTensor("int32", [classes.length], Int32Array.from(classes));
}
