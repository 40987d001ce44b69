// Grad-CAM: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization" (2017).
import { type HostTensor, toNumbers } from "../core/index.ts";
import type { ExplainedNetwork } from "./explained-network.ts";
import { enlarge, type HeatMap } from "./heat-map.ts";

/** What the places of a layer's map say for a class of each image. */
export interface GradCam {
  /** Path of the layer. */
  readonly layer: string;
  /** Height and width of the layer's map. */
  readonly grid: readonly [height: number, width: number];
  /** One for each image, of its size; nowhere below 0, in no unit. */
  readonly maps: readonly HeatMap[];
  /** [N, classes] */
  readonly logits: HostTensor;
}

/**
 * `ReLU(sum over channels of weight x map)`, each channel weighted by the mean slope of the class's logit, enlarged to the
 * images. Tokens of transformers are places of the grid that they were cut from, without class and register tokens.
 * @param images [N, 3, H, W], as the network is given them
 * @param classes which class of each image is explained
 * @param layer path of a layer with a map; default: the network's last that tells places apart
 * @throws ClassifierTrainingError kind "usage" `LAYER_UNKNOWN`, `NO_MAP_LAYER`
 */
export async function gradCam(
  network: ExplainedNetwork,
  images: HostTensor,
  classes: readonly number[],
  layer?: string,
): Promise<GradCam> {
  const { layer: path, maps, logits } = await network.layerMaps(images, classes, layer);
  const [count, height, width] = maps.shape as [number, number, number];
  const values = Float32Array.from(toNumbers(maps.data));
  const places = height * width;
  return {
    layer: path,
    grid: [height, width],
    logits,
    maps: Array.from({ length: count }, (_, i) => {
      const map = { height, width, values: values.subarray(i * places, (i + 1) * places) };
      return enlarge(map, images.shape[3]!, images.shape[2]!);
    }),
  };
}
