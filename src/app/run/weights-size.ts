// The size of pictures that published weights were evaluated with, where nobody has asked for another one.
import { join } from "node:path";
import {
  type Composition,
  childOf,
  fromPlain,
  type Key,
  mapNode,
  SHIPPED_CONFIGS,
} from "../../config/index.ts";
import { WEIGHTS_CATALOG, type WeightsEntry } from "../../weights/index.ts";

/**
 * The composition with `data.image_size` as `model.pretrained` says, unless a person's file or an override does, or the
 * transforms are listed.
 */
export function withWeightsSize(composition: Composition): Composition {
  const { config } = composition;
  const data = childOf(config, "data");
  const size = data && childOf(data, "image_size");
  const entry = publishedWeights(composition);
  if (data?.kind !== "map" || size?.kind !== "scalar" || entry === undefined) return composition;
  const { cropSize } = entry.preprocessing;
  const transforms = childOf(config, "transforms");
  const listed = transforms && childOf(transforms, "val_transforms");
  if (listed !== undefined && !(listed.kind === "scalar" && listed.value === null)) return composition;
  const shipped = size.origins.at(-1)?.source.startsWith(join(SHIPPED_CONFIGS.path, "data")) === true;
  if (!shipped || size.value === cropSize) return composition;
  const origin = { source: `weights ${entry.architecture} ${entry.name}`, text: String(cropSize) };
  const sized = replaced(data.entries, "image_size", fromPlain(cropSize, [...size.origins, origin]));
  const entries = replaced(config.entries, "data", mapNode(sized, data.origins));
  return { ...composition, config: mapNode(entries, config.origins) };
}

/** The row of the catalogue that `model.pretrained` names, where it is written plainly. */
function publishedWeights({ config }: Composition): WeightsEntry | undefined {
  const model = childOf(config, "model");
  const [architecture, pretrained] = ["architecture", "pretrained"].map((key) => {
    const node = model && childOf(model, key);
    return node?.kind === "scalar" ? node.value : undefined;
  });
  const entries = WEIGHTS_CATALOG.filter((entry) => entry.architecture === architecture);
  if (pretrained === true || pretrained === "DEFAULT") return entries.at(-1);
  return entries.find(({ name }) => name === pretrained);
}

const replaced = <T>(entries: Iterable<[Key, T]>, key: string, value: T): [Key, T][] =>
  Array.from(entries, ([name, each]) => [name, name === key ? value : each]);
