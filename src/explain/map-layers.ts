// The layers of a network whose outputs are maps of places, and the one that Grad-CAM looks at.
import { ClassifierTrainingError, suggest } from "../core/index.ts";
import { sizeOfAxis, type Value, type VariableRef } from "../graph/index.ts";
import { ClassificationNetwork, type Module, trace } from "../nn/index.ts";

/** A layer that was traced. */
export interface MapLayer {
  /** Path of the module, such as `layer4` or `encoder.layers.encoder_layer_11.ln_1`. */
  readonly path: string;
  /** What it gave. */
  readonly output: Value;
  /** A value like its output as a map [N, channels, height, width]. */
  readonly toMap: (output: Value) => Value;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Whether it, or a part of it, has parameters and is no part of the classifier. */
  readonly learns: boolean;
}

/** What a network computes of images, with every layer that has a map, in the order in which they are done. */
export interface TracedLayers {
  readonly logits: Value;
  readonly layers: readonly MapLayer[];
}

/** Writes `network` in evaluation mode into the graph of `images` [N, 3, H, W]. */
export function traceLayers(
  network: Module,
  images: Value,
  variable: (name: string) => VariableRef,
): TracedLayers {
  const own = network instanceof ClassificationNetwork ? network : undefined;
  const behind = new Set(own && Array.from(own.classifier.namedModules(), ([, module]) => module));
  const layers = new Map<string, MapLayer>();
  const onOutput = (output: Value, path: string, module: Module): void => {
    const toMap = (value: Value): Value | undefined =>
      own === undefined ? (value.shape.length === 4 ? value : undefined) : own.mapOf(value, path);
    const map = path === "" ? undefined : toMap(output);
    if (map === undefined) return;
    const [channels, height, width] = [1, 2, 3].map((axis) => sizeOfAxis(map, axis)) as [
      number,
      number,
      number,
    ];
    const learns = !behind.has(module) && !module.namedParameters().next().done;
    layers.delete(path);
    layers.set(path, { path, output, toMap: (value) => toMap(value)!, channels, height, width, learns });
  };
  const { output: logits } = trace(network, images, { training: false, variable, onOutput });
  return { logits, layers: [...layers.values()] };
}

/**
 * The layer at `path`, by default the one that the network names, or the last that learns before the classifier and has
 * more than one place.
 * @throws ClassifierTrainingError kind "usage" `LAYER_UNKNOWN` with those that there are, `NO_MAP_LAYER`
 */
export function chooseLayer(network: Module, layers: readonly MapLayer[], path?: string): MapLayer {
  if (path !== undefined) {
    const found = layers.find((layer) => layer.path === path);
    if (found === undefined) throw unknownLayer(path, layers);
    return found;
  }
  const hasPlaces = (layer: MapLayer | undefined): boolean =>
    layer !== undefined && layer.height * layer.width > 1;
  const named = network instanceof ClassificationNetwork ? network.mapLayer : undefined;
  const preferred = layers.find((layer) => layer.path === named);
  const chosen = hasPlaces(preferred)
    ? preferred
    : layers.findLast((layer) => layer.learns && hasPlaces(layer));
  if (chosen !== undefined) return chosen;
  throw new ClassifierTrainingError(
    "usage",
    "NO_MAP_LAYER",
    "no layer of the network has a map of more than one place",
    { hint: "take the method occlusion or integrated_gradients, or larger pictures" },
  );
}

/** Layers no deeper than this are listed where one is not known. */
const LISTED_DEPTH = 2;

function unknownLayer(path: string, layers: readonly MapLayer[]): ClassifierTrainingError {
  const paths = layers.map((layer) => layer.path);
  const [near] = suggest(path, paths);
  const outer = layers.filter((layer) => layer.path.split(".").length <= LISTED_DEPTH);
  const listed = outer.map(({ path: name, height, width }) => `${name} (${height}x${width})`).join(", ");
  const guess = near === undefined ? "" : `did you mean "${near}"? `;
  return new ClassifierTrainingError("usage", "LAYER_UNKNOWN", `no layer "${path}" has a map of places`, {
    hint: `${guess}there are ${listed}${outer.length < layers.length ? ", and those within them" : ""}`,
  });
}
